import type { Facts, RuntimeFacts } from './facts.js';
import { type Finding, fine, problem } from './finding.js';
import { isOlder } from './loopback-versions.js';
import { installCommand } from './packages.js';

/** The oldest Node.js that is promised (package.json, "engines"). */
const OLDEST_NODE = '20.9.0';

/** One core for the engine, one for capture, sinks and the program that is called with. */
const ENOUGH_CORES = 2;

/** A run at 1280x720 takes about 300 MB (`mien bench` prints it); the rest is for the browser in the same call. */
const ENOUGH_FREE_MB = 600;

/** What mien itself runs on: Node.js, inference, models, decoders, and whether the computer is big enough. */
export function checkRuntime(facts: Facts): Finding[] {
  const { runtime } = facts;
  return [node(runtime), inference(runtime), models(runtime), ...decoders(facts), instructions(runtime), size(runtime)];
}

/** Whether mien can run at all, devices aside. */
export function isRuntimeWhole({ runtime }: Pick<Facts, 'runtime'>): boolean {
  return !isOlder(runtime.node, OLDEST_NODE) && runtime.onnx !== null && runtime.missingModels.length === 0;
}

function node({ node }: RuntimeFacts): Finding {
  if (!isOlder(node, OLDEST_NODE)) return fine('node', `Node.js ${node}`);
  return problem({
    id: 'node-old',
    severity: 'error',
    title: `Node.js ${node} is too old`,
    found: `mien needs ${OLDEST_NODE} or newer.`,
    advice: 'Install a newer one: https://nodejs.org/en/download',
  });
}

function inference({ onnx, architecture }: RuntimeFacts): Finding {
  if (onnx) return fine('inference', `ONNX Runtime ${onnx.version}`, `on the ${onnx.provider.toUpperCase()}`);
  return problem({
    id: 'inference-missing',
    severity: 'error',
    title: 'ONNX Runtime cannot be loaded',
    found: `The package onnxruntime-node is not installed, or has no build for linux-${architecture}.`,
    fix: ['npm ci', 'npm run build'],
    advice: 'In the folder of mien:',
  });
}

function models({ missingModels }: RuntimeFacts): Finding {
  if (missingModels.length === 0) return fine('models', 'Models', 'all there');
  return problem({
    id: 'models-missing',
    severity: 'error',
    title: `Models are missing: ${missingModels.join(', ')}`,
    found: 'They are made from installed packages when mien is built.',
    fix: ['npm run build'],
    advice: 'In the folder of mien:',
  });
}

function decoders(facts: Facts): Finding[] {
  const { hasTurboJpeg, hasFfmpeg } = facts.runtime;
  const findings: Finding[] = [];
  if (!hasFfmpeg) {
    findings.push(
      problem({
        id: 'ffmpeg-missing',
        severity: 'note',
        title: 'FFmpeg (the package node-av) is missing',
        found: 'Video files other than .y4m cannot be read or recorded, and the demo cannot be played.',
        advice: 'In the folder of mien:',
        fix: ['npm install --include=optional'],
      }),
    );
  }
  if (hasTurboJpeg) return [...findings, fine('mjpeg', 'MJPEG webcams', 'decoded with libjpeg-turbo')];
  findings.push(
    problem({
      id: 'mjpeg-missing',
      severity: hasFfmpeg ? 'note' : 'warning',
      title: 'libjpeg-turbo is missing',
      found: hasFfmpeg
        ? 'Pictures of MJPEG webcams are decoded with FFmpeg, which takes longer.'
        : 'MJPEG, which most webcams need for 1280x720 at 30 frames a second, cannot be decoded.',
      fix: installCommand(facts, 'turboJpeg'),
      isSafeToRun: true,
    }),
  );
  return findings;
}

function instructions({ architecture, instructions: found }: RuntimeFacts): Finding {
  const has = (name: string) => found.includes(name);
  if (architecture !== 'x64') return fine('processor', 'Processor', architecture);
  if (!has('avx2')) {
    return problem({
      id: 'processor-slow',
      title: 'The processor lacks AVX2',
      found: 'Inference is several times slower without it.',
      advice: 'Try a smaller picture: mien --size 640x480. `mien bench` tells whether it keeps up.',
    });
  }
  const vector = has('avx512f') ? 'AVX-512' : 'AVX2';
  const isVnni = has('avx512_vnni') || has('avx_vnni');
  return fine('processor', 'Processor', isVnni ? `${vector} with VNNI` : vector);
}

function size({ cores, memoryMb, freeMemoryMb }: RuntimeFacts): Finding {
  if (cores < ENOUGH_CORES) {
    return problem({
      id: 'cores-few',
      title: `Only ${cores} processor thread for mien`,
      found: `${ENOUGH_CORES} or more are needed to keep up with a camera beside a call.`,
      advice: 'Try a smaller picture: mien --size 640x480. `mien bench` tells whether it keeps up.',
    });
  }
  if (freeMemoryMb < ENOUGH_FREE_MB) {
    return problem({
      id: 'memory-low',
      title: `Only ${freeMemoryMb} MB of memory are free`,
      found: `mien takes about 300 MB, and the call its own: ${ENOUGH_FREE_MB} MB should be free.`,
      advice: 'Close programs that you do not need.',
    });
  }
  return fine(
    'size',
    `${cores} processor threads`,
    `${gigabytes(memoryMb)} GB of memory, ${gigabytes(freeMemoryMb)} GB free`,
  );
}

function gigabytes(megabytes: number): string {
  return (megabytes / 1024).toFixed(1);
}
