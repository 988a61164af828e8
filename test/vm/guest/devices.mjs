// Prints what `mien devices` says of the guest: as text, as JSON, and while the devices are in use.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

function devices(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/mien.js', 'devices', ...args], {
    encoding: 'utf8',
  });
  console.log(JSON.stringify({ what: args.join(' '), status, stdout, stderr }));
}

devices('--json', '--controls');

const reader = spawn('v4l2-ctl', ['-d0', '--stream-mmap', '--stream-count=1000', '--stream-to=/dev/null'], {
  stdio: ['ignore', 'ignore', 'pipe'],
});
await once(reader.stderr, 'data'); // it counts frames there: the first one has come
devices('--size', '640x480', '--controls');
reader.kill();
await once(reader, 'exit');
