// How long after a device is ready its thread runs: the blocking poll(2) of mien's capture thread, beside what Node offers,
// in the same run. A pipe stands for the camera; 30 events a second, so that the cores go idle in between as in a call.
// node benchmarks/wake-up.bench.mjs
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readSync,
  read as readWithCallback,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { libc, POLLIN } from '../dist/system/libc.js';
import { isBrief, report, summarise } from './measure.mjs';

const EVENTS = isBrief ? 20 : 300;
const INTERVAL_MS = 1000 / 30;

/** What the thread that waits does until one byte has come. */
const waits = {
  'poll(2) in a thread of its own (mien)': (fd, byte) => {
    const pollfd = Buffer.alloc(8);
    pollfd.writeInt32LE(fd, 0);
    pollfd.writeInt16LE(POLLIN, 4);
    while (libc().poll(pollfd, 1, 50) <= 0); // slices, as the capture thread sleeps
    readSync(fd, byte);
  },
  'fs.read on the event loop': (fd, byte) =>
    new Promise((resolve, reject) =>
      readWithCallback(fd, byte, 0, 1, null, (error) => (error ? reject(error) : resolve())),
    ),
};

if (isMainThread) {
  for (const name of Object.keys(waits)) report(summarise(`wake-up: ${name}`, await measureDelays(name)));
} else {
  const { name, path, written } = workerData;
  const fd = openSync(path, constants.O_RDWR);
  const byte = Buffer.alloc(1);
  const delaysMs = new Float64Array(EVENTS);
  parentPort.postMessage('ready');
  for (let event = 0; event < EVENTS; event++) {
    await waits[name](fd, byte);
    delaysMs[event] = Number(process.hrtime.bigint() - Atomics.load(written, 0)) / 1e6;
  }
  closeSync(fd);
  parentPort.postMessage(delaysMs);
}

async function measureDelays(name) {
  const folder = mkdtempSync(join(tmpdir(), 'mien-wake-up-'));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const fd = openSync(path, constants.O_RDWR);
  const written = new BigInt64Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL(import.meta.url), { workerData: { name, path, written } });
  const messages = [];
  worker.on('message', (message) => messages.push(message));
  while (messages.length === 0) await delay(5);
  for (let event = 0; event < EVENTS; event++) {
    await delay(INTERVAL_MS);
    Atomics.store(written, 0, process.hrtime.bigint());
    writeSync(fd, Buffer.of(1));
  }
  while (messages.length === 1) await delay(5);
  closeSync(fd);
  rmSync(folder, { recursive: true });
  return messages[1];
}
