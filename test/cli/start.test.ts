import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

// npm 10.1, which comes with Node 20.9, passes no signal on to what it runs, and waits for that.
const npmMajor = Number.parseInt(execFileSync('npm', ['--version'], { encoding: 'utf8' }), 10);

test.skipIf(npmMajor < 11)('npm start: a SIGTERM for npm ends the camera, in good order', async () => {
  const npm = spawn('npm', ['start', '--silent', '--', '--plain', '--no-preview', '--source', 'synthetic'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(npm, 'exit');
  let told = '';
  // Ends when the last process that holds the pipe has ended: npm, and the camera.
  for await (const chunk of npm.stderr) {
    told += chunk;
    if (told.includes('first frame of') && !npm.killed) npm.kill('SIGTERM');
  }
  const [code] = await ended;
  expect(code).toBe(0);
  expect(told).toMatch(/first frame of synthetic/);
});
