import { existsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { loadTurboJpeg } from '../capture/jpeg/turbo-jpeg.js';
import { cachedModelPath } from '../inference/model-files.js';
import { readManifest } from '../inference/model-manifest.js';
import { loadFfmpeg } from '../system/ffmpeg.js';
import type { RuntimeFacts } from './facts.js';
import { readText } from './text-file.js';

const INSTRUCTIONS = ['avx2', 'avx512f', 'avx_vnni', 'avx512_vnni', 'asimd', 'asimddp'];

/** What mien itself runs on. */
export async function gatherRuntime(): Promise<RuntimeFacts> {
  const flags = new Set(/^(?:flags|Features)\s*:\s*(.*)$/m.exec(readText('/proc/cpuinfo') ?? '')?.[1]?.split(' '));
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(readText('/proc/meminfo') ?? '')?.[1];
  return {
    node: process.versions.node,
    onnx: await onnxRuntime(),
    missingModels: readManifest()
      .map(({ id }) => id)
      .filter((id) => !existsSync(cachedModelPath(id))),
    hasFfmpeg: await canLoadFfmpeg(),
    hasTurboJpeg: loadTurboJpeg() !== null,
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 2 ** 20),
    freeMemoryMb: Math.round(Number(available ?? 0) / 1024),
    instructions: INSTRUCTIONS.filter((name) => flags.has(name)),
    architecture: process.arch,
  };
}

async function onnxRuntime(): Promise<RuntimeFacts['onnx']> {
  try {
    const { env } = await import('onnxruntime-node');
    // Sessions are opened without naming a provider (inference/session.ts), which means the processor.
    return { version: env.versions.node ?? env.versions.common, provider: 'cpu' };
  } catch {
    return null; // what was asked: it is not installed, or not for this machine
  }
}

async function canLoadFfmpeg(): Promise<boolean> {
  try {
    await loadFfmpeg();
    return true;
  } catch {
    return false; // an optional package
  }
}
