// Makes a clone ready to run: packages, the WASM kernels, the compiled program, the converted models. Runs before every
// `npm start` and `npm test`; does only what is missing or older than its inputs, and says what it does.
// Plain JavaScript without imports from packages: it runs before there are any.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = join(root, 'node_modules', '.mien-setup.json');

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 9)) {
  console.error(`mien needs Node.js 20.9 or newer; this is ${process.versions.node}.`);
  console.error('Install a newer one from https://nodejs.org.');
  process.exit(1);
}

/** Names, sizes and times of all files under the paths: changes when any of them does, without reading them. */
function fingerprint(paths) {
  const hash = createHash('sha256');
  const visit = (path) => {
    const full = join(root, path);
    if (!existsSync(full)) return;
    const stat = statSync(full);
    if (stat.isDirectory()) for (const name of readdirSync(full).sort()) visit(join(path, name));
    else hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`);
  };
  for (const path of paths) visit(path);
  return hash.digest('hex');
}

/** What each step was last done for. Nothing if that cannot be read: a start cut off while writing it does all anew. */
function readStamps() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return {};
  }
}

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
// Not through node_modules/.bin: before 20.10, Node does not load TypeScript's program there, whose name ends in nothing.
const module = (path) => join(root, 'node_modules', path);

const steps = [
  {
    name: 'packages',
    says: 'Installing packages (about a minute the first time)',
    inputs: ['package.json', 'package-lock.json', '.npmrc'],
    output: 'node_modules/onnxruntime-node/package.json',
    // What the lock file names, without writing to it. Not `npm ci`: that refuses a lock file that lacks the entries of
    // other platforms' optional packages, which npm does not always write. devDependencies too: `npm test` must work in
    // the same clone, and NODE_ENV=production must not break it.
    run: [npm, ['install', '--no-save', '--include=dev', '--include=optional', '--loglevel=error']],
  },
  {
    name: 'kernels',
    says: 'Building the pixel kernels',
    inputs: ['src/kernels/assembly', 'asconfig.json', 'package-lock.json'],
    output: 'dist/kernels/kernels.wasm',
    run: [process.execPath, [module('assemblyscript/bin/asc.js'), '--config', 'asconfig.json', '--target', 'release']],
  },
  {
    name: 'program',
    says: 'Building mien',
    inputs: ['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
    output: 'dist/cli/main.js',
    run: [process.execPath, [module('typescript/lib/tsc.js'), '-p', 'tsconfig.build.json']],
  },
  {
    name: 'page',
    says: 'Copying the pages',
    inputs: ['src/output/page', 'src/output/training-page', 'scripts/copy-page.mjs'],
    output: 'dist/output/training-page/index.html',
    run: [process.execPath, ['scripts/copy-page.mjs']],
  },
  {
    name: 'models',
    says: 'Converting the models',
    inputs: ['models/manifest.json', 'src/inference', 'package-lock.json'],
    output: 'models/cache/face-landmarks.onnx',
    run: [process.execPath, ['dist/inference/convert-models.js']],
  },
];

const stamps = readStamps();

for (const [index, step] of steps.entries()) {
  const want = fingerprint(step.inputs);
  if (stamps[step.name] === want && existsSync(join(root, step.output))) continue;
  const started = Date.now();
  process.stderr.write(`[${index + 1}/${steps.length}] ${step.says} ...\n`);
  const [command, args] = step.run;
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.error || result.status !== 0) {
    console.error(`\nSetting up stopped at "${step.says}": ${result.error?.message ?? `exit code ${result.status}`}.`);
    console.error('Read the lines above; mend what they name and run the same command again.');
    process.exit(1);
  }
  process.stderr.write(`      done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  stamps[step.name] = want;
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(stampFile, JSON.stringify(stamps));
}
