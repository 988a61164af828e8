// Brings the guest's modules and devices into one state after another, and prints what the doctor finds in each.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { diagnose, judge } from '../../../dist/doctor/diagnose.js';
import { gatherFacts } from '../../../dist/doctor/gather-facts.js';

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

execFileSync('modprobe', ['-r', 'v4l2loopback']);
await look('not loaded');

load('video_nr=10', 'exclusive_caps=0', 'card_label=mien');
await look('without exclusive_caps');

load('video_nr=11', 'exclusive_caps=1', 'card_label=Somebody Else');
await look('another label');

load('devices=1', 'video_nr=10', 'exclusive_caps=1', 'card_label=mien');
await look('all right');

const reader = spawn('v4l2-ctl', ['-d0', '--stream-mmap', '--stream-count=1000', '--stream-to=/dev/null'], {
  stdio: ['ignore', 'ignore', 'pipe'],
});
await once(reader.stderr, 'data'); // it counts frames there: the first one has come
await look('camera held');
reader.kill();
await once(reader, 'exit');

// As nobody, who is in no group that may open video devices; they have one, as udev would give it to them.
execFileSync('chgrp', ['video', '/dev/video0', '/dev/video10']);
const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
const asNobody = spawnSync('setpriv', [...nobody, process.execPath, 'bin/mien.js', 'doctor', '--json'], {
  encoding: 'utf8',
  env: { ...process.env, HOME: '/nonexistent' },
});
print('no permission', { ...JSON.parse(asNobody.stdout), code: asNobody.status });

execFileSync('modprobe', ['-r', 'v4l2loopback']);
execFileSync('modprobe', ['-r', 'vivid']);
await look('no devices');
