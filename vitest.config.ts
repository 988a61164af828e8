import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real browsers, terminals and long runs: .ci/run calls these with MIEN_HEAVY=1.
    exclude: process.env['MIEN_HEAVY'] ? [] : ['test/browser/**', 'test/terminal/**', 'test/soak/**'],
    // Only what hangs runs into these: a busy computer may take ten times as long as a quiet one.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: 'forks',
    // Two at a time: inference and FFmpeg tests each keep a core busy.
    poolOptions: { forks: { maxForks: 2 } },
  },
});
