import { defineConfig } from 'vitest/config';

/** Real browsers, terminals, kernels, daemons and long runs: .ci/run calls these with MIEN_HEAVY=1. */
const HEAVY = ['browser', 'terminal', 'soak', 'vm', 'pipewire'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: process.env['MIEN_HEAVY'] ? [] : HEAVY.map((folder) => `test/${folder}/**`),
    // Only what hangs runs into these: a busy computer may take ten times as long as a quiet one.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: 'forks',
    // Two at a time: inference and FFmpeg tests each keep a core busy.
    poolOptions: { forks: { maxForks: 2 } },
  },
});
