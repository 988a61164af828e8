// Has `mien doctor` mend the guest: refused, allowed, and by the file that it prints. Prints what it said and did.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { listVideoDevices } from '../../../dist/system/v4l2/list-devices.js';
import { isExclusive } from '../../../dist/system/v4l2/loopback-caps.js';

const MIEN = 'bin/mien.js';

function load(...parameters) {
  spawnSync('modprobe', ['-r', 'v4l2loopback']);
  execFileSync('modprobe', ['v4l2loopback', ...parameters], { stdio: ['ignore', 2, 2] });
}

function print(state, { status, stdout, stderr }) {
  const { path, card, caps } = listVideoDevices().devices.find(({ driver }) => driver === 'v4l2 loopback');
  const device = { path, label: card, isExclusive: isExclusive(caps) };
  console.log(JSON.stringify({ state, code: status, stdout, stderr, device }));
}

/** Says no to every question, on a terminal as a person has it. */
async function refuseAll() {
  const child = spawn('script', ['--quiet', '--return', '--command', `node ${MIEN} doctor --fix`, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NO_COLOR: '1' }, // a terminal would get colours
  });
  let stdout = '';
  let asked = 0;
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    for (; asked < stdout.split('[y/N] ').length - 1; asked++) child.stdin.write('n\n');
  });
  const [status] = await once(child, 'close');
  return { status, stdout, stderr: '' };
}

const ILL = ['video_nr=10', 'exclusive_caps=0', 'card_label=mien'];

load(...ILL);
print('refused', await refuseAll());
print('allowed', spawnSync(process.execPath, [MIEN, 'doctor', '--fix', '--yes'], { encoding: 'utf8' }));
console.log(JSON.stringify({ state: 'at boot', stdout: readFileSync('/etc/modules-load.d/mien.conf', 'utf8') }));

load(...ILL);
const printed = spawnSync(process.execPath, [MIEN, 'doctor', '--print', 'modprobe'], { encoding: 'utf8' });
writeFileSync('/etc/modprobe.d/mien.conf', printed.stdout);
load();
print('printed', printed);
