// Brings the guest's modules and devices into one state after another, and prints what the doctor finds in each.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { diagnose, judge } from '../../../dist/doctor/diagnose.js';
import { gatherFacts } from '../../../dist/doctor/gather-facts.js';

const MIEN = 'bin/mien.js';

async function look(state) {
  const facts = await gatherFacts();
  print(state, { ...judge(facts), findings: diagnose(facts) });
}

function print(state, found) {
  console.log(JSON.stringify({ state, ...found }));
}

function load(...parameters) {
  spawnSync('modprobe', ['-r', 'v4l2loopback']);
  execFileSync('modprobe', ['v4l2loopback', ...parameters], { stdio: ['ignore', 2, 2] });
}

function mien(...args) {
  return spawnSync(process.execPath, [MIEN, ...args], { encoding: 'utf8' });
}

const GOOD = ['devices=1', 'video_nr=10', 'exclusive_caps=1', 'card_label=mien'];

execFileSync('modprobe', ['-r', 'v4l2loopback']);
await look('not loaded');

load('video_nr=10', 'exclusive_caps=0', 'card_label=mien');
await look('without exclusive_caps');

load('video_nr=11', 'exclusive_caps=1', 'card_label=Somebody Else');
await look('another label');

load(...GOOD);
await look('all right');

const reader = spawn(
  'v4l2-ctl',
  ['-d', '/dev/video0', '--stream-mmap', '--stream-count=1000', '--stream-to=/dev/null'],
  {
    stdio: ['ignore', 'ignore', 'pipe'],
  },
);
await once(reader.stderr, 'data'); // it counts frames there: the first one has come
await look('camera held');
reader.kill();
await once(reader, 'exit');

// nobody: in no group that may open video devices.
const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
const asNobody = spawnSync('setpriv', [...nobody, process.execPath, MIEN, 'doctor', '--json'], {
  encoding: 'utf8',
  env: { ...process.env, HOME: '/nonexistent' },
});
print('no permission', { ...JSON.parse(asNobody.stdout), code: asNobody.status });

// Asked on a terminal and answered with no, the command line runs nothing.
load('video_nr=10', 'exclusive_caps=0', 'card_label=mien');
const asked = spawnSync('script', ['--quiet', '--return', '--command', `node ${MIEN} doctor --fix`, '/dev/null'], {
  encoding: 'utf8',
  input: 'n\n'.repeat(20),
});
await look('refused');
print('asking', { code: asked.status, stdout: asked.stdout });

// The command line mends what it can, by the very commands that it prints.
load('video_nr=10', 'exclusive_caps=0', 'card_label=mien');
const mended = mien('doctor', '--fix', '--yes');
await look('mended');
print('mending', {
  code: mended.status,
  stdout: mended.stdout,
  stderr: mended.stderr,
  atBoot: existsSync('/etc/modules-load.d/mien.conf') && readFileSync('/etc/modules-load.d/mien.conf', 'utf8'),
});

// The printed file alone makes the device.
writeFileSync('/etc/modprobe.d/mien.conf', mien('doctor', '--print', 'modprobe').stdout);
load();
await look('from the printed file');

execFileSync('modprobe', ['-r', 'v4l2loopback']);
execFileSync('modprobe', ['-r', 'vivid']);
await look('no devices');
