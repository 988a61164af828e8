import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real browsers, terminals and long runs: .ci/run calls these with MIEN_HEAVY=1.
    exclude: process.env['MIEN_HEAVY'] ? [] : ['test/browser/**', 'test/terminal/**', 'test/soak/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Two at a time: inference and FFmpeg tests each keep a core busy.
    poolOptions: { forks: { maxForks: 2 } },
  },
});
