// Runs every benchmark once, one after the other. MIEN_BENCH_ROUNDS=20 makes each short: to see that none has rotted.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
for (const file of readdirSync(folder)
  .filter((name) => name.endsWith('.bench.mjs'))
  .sort()) {
  console.log(`-- ${file}`);
  const { status } = spawnSync(process.execPath, [`${folder}${file}`], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
