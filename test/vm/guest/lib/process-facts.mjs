import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * What a process holds: descriptors, threads, memory.
 *
 * @param {number} pid
 */
export function processFacts(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  // A process that just reads its own memory use has /proc open for an instant; what is left behind is there each time.
  const readings = [0, 10, 10].map((ms) => {
    if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    return openFiles(pid).length;
  });
  return { descriptors: Math.min(...readings), threads: field('Threads'), rssMb: Math.round(field('VmRSS') / 1024) };
}

/**
 * Whether a process has a file open, be it there still or not.
 *
 * @param {number} pid
 * @param {string} path
 */
export function hasOpen(pid, path) {
  return openFiles(pid).some((file) => file === path || file === `${path} (deleted)`);
}

function openFiles(pid) {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).map((name) => {
    try {
      return readlinkSync(`${folder}/${name}`);
    } catch {
      return 'closed meanwhile';
    }
  });
}
