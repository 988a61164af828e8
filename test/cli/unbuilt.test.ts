import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('bin/mien.js in a clone that is not built says what to run, without a stack trace', () => {
  const clone = mkdtempSync(join(tmpdir(), 'mien-unbuilt-'));
  try {
    const program = join(clone, 'bin', 'mien.mjs');
    cpSync(fileURLToPath(new URL('../../bin/mien.js', import.meta.url)), program);
    const { status, stderr } = spawnSync(process.execPath, [program, '--help'], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^mien: it is not built yet\.\nRun "npm run build"/);
    expect(stderr).not.toMatch(/^\s+at /m);
  } finally {
    rmSync(clone, { recursive: true });
  }
});
