// Opens, uses and closes sources and recordings over and over, failing ones among them, and prints what the process held
// after the first and after the last round. Run by media-lifetime.test.ts as `node --expose-gc`, on the compiled program:
// node-av frees native memory in finalizers, and a mistake there is a crash of the process, not an exception.
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClipSource } from '../../dist/capture/clip-source.js';
import { i420Layout } from '../../dist/frame/i420.js';
import { RecordingSink } from '../../dist/output/recording-sink.js';

const [folder, kind, rounds] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const file = (name) => join(folder, name);
const layout = i420Layout(192, 144);
const data = new Uint8Array(layout.byteLength).fill(100);
const rate = { num: 25, den: 1 };

async function play(name, options) {
  const source = new ClipSource(file(name), options);
  try {
    const info = await source.open();
    const into = new Uint8Array(info.layout.byteLength);
    for (let i = 0; i < 12; i++) if (!(await source.read(into))) break;
  } finally {
    await source.close();
  }
}

async function record(name, options, frames, path = file(name)) {
  const sink = new RecordingSink(path, { preset: 'offline', overwrite: true, copyAudioFrom: null, ...options });
  try {
    await sink.open({ layout, rate });
    for (let i = 0; i < frames; i++) {
      sink.write({ layout, data, sequence: i, capturedAt: i * 40_000, pts: i / 25 }, null);
      if (i % 10 === 5) gc();
    }
  } finally {
    await sink.close();
  }
}

const mustFail = (promise) =>
  promise.then(
    () => {
      throw new Error('this was to fail');
    },
    (error) => {
      if (error.name !== 'UserError') throw error;
    },
  );

const WORK = {
  reading: async () => {
    await play('good.mp4', {});
    await play('sound.mkv', { loop: true, width: 64, height: 64 });
    await play('any.gif', { loop: true, fps: 50 });
  },
  'failing-reads': async () => {
    writeFileSync(file('notes.mp4'), 'some text '.repeat(500));
    await mustFail(play('notes.mp4', {}));
    await mustFail(play('sound.m4a', {}));
    await mustFail(play('good.mp4', { width: 20_000, height: 2 }));
    await mustFail(play('cut.mkv', {}));
    await mustFail(play('none.mp4', {}));
  },
  recording: async () => {
    await record('a.mp4', { preset: 'live' }, 12);
    await record('b.mkv', { copyAudioFrom: file('sound.mkv') }, 12);
    await record('c.mov', {}, 3);
    await record('d.mp4', {}, 0);
    await record('aac.mp4', { copyAudioFrom: file('sound.mkv') }, 12);
  },
  'failing-recordings': async () => {
    await mustFail(record('a.mp4', {}, 5, join(folder, 'no-such-folder', 'a.mp4')));
    await mustFail(record('none.mkv', { copyAudioFrom: file('none.mp4') }, 5));
    await mustFail(record('text.mkv', { copyAudioFrom: file('notes.txt') }, 5));
    await mustFail(record('unknown.mp4', { copyAudioFrom: file('unknown.mkv') }, 5));
    for (const name of ['full.mp4', 'full.mkv', 'full.y4m']) {
      symlinkSync('/dev/full', file(`${name}.part`));
      await mustFail(record(name, {}, 5));
    }
  },
};

const held = () => {
  for (let i = 0; i < 3; i++) gc();
  return { rssMb: process.memoryUsage().rss / 2 ** 20, files: readdirSync('/proc/self/fd').length };
};
const settle = () => new Promise((resolve) => setTimeout(resolve, 1));

let first;
for (let round = 0; round < rounds; round++) {
  await WORK[kind]();
  if (round % 5 === 0) {
    gc();
    // Finalizers of native objects run between turns of the event loop, as they do in a program that waits for frames.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (round === Math.floor(rounds / 4)) {
    await settle();
    first = held();
  }
}
await settle();
console.log(JSON.stringify({ first, last: held() }));
