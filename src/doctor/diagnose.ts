import { checkBrowsers } from './check-browsers.js';
import { checkCameras, usableCameras } from './check-cameras.js';
import { checkLoopback, hasUsableLoopback } from './check-loopback.js';
import { checkPipewire, hasUsablePipewire } from './check-pipewire.js';
import { checkRuntime, isRuntimeWhole } from './check-runtime.js';
import type { Facts } from './facts.js';
import type { Finding } from './finding.js';

/** Everything that was looked at, in the order of a frame's way: mien itself, cameras in, virtual cameras out, viewers. */
export function diagnose(facts: Facts): Finding[] {
  return [
    ...checkRuntime(facts),
    ...checkCameras(facts),
    ...checkLoopback(facts),
    ...checkPipewire(facts),
    ...checkBrowsers(facts),
  ];
}

/** What mien could do on this machine as it is now. */
export interface Verdict {
  /** Whether there is a picture to take, a place to put it, and all that mien itself needs. */
  readonly canRun: boolean;
  /** Where pictures can come from: paths of webcams, "demo". */
  readonly sources: readonly string[];
  /** Where they can go to: paths of virtual cameras, "PipeWire", "preview page". */
  readonly outputs: readonly string[];
}

/** Judges the machine as a whole: the exit code of `mien doctor`. */
export function judge(facts: Facts): Verdict {
  const sources = usableCameras(facts).map(({ path }) => path);
  if (facts.runtime.hasFfmpeg) sources.push('demo');
  const isSafe = !checkLoopback(facts).some(({ id }) => id === 'loopback-crash');
  const loopbacks = facts.videoNodes.filter(({ kind, refusal }) => kind === 'loopback' && refusal === null);
  const outputs = isSafe && hasUsableLoopback(facts) ? loopbacks.map(({ path }) => path) : [];
  if (hasUsablePipewire(facts)) outputs.push('PipeWire');
  outputs.push('preview page');
  return { canRun: isRuntimeWhole(facts) && sources.length > 0, sources, outputs };
}
