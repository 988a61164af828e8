import { expect, test } from 'vitest';
import type { AvatarEffect, AvatarFiles } from '../../src/effects/avatar-effect.js';
import { i420Layout } from '../../src/frame/i420.js';
import { Kernels } from '../../src/kernels/kernels.js';
import { AvatarSlot, avatarBytes } from '../../src/pipeline/avatar-slot.js';
import { PaintedAvatar } from './fail-closed/painted-avatar.js';

const layout = i420Layout(64, 36);
const files = (name: string): AvatarFiles => ({ name, network: new Uint8Array(1), texture: null });

/** A slot whose avatars each take this much of their block. */
async function setUp(bytes = 1 << 20) {
  const kernels = await Kernels.load((1 << 20) + layout.byteLength + avatarBytes(64 * 36));
  const frame = { layout, address: kernels.alloc(layout.byteLength) };
  const opened: string[] = [];
  const closed: string[] = [];
  const failed: unknown[] = [];
  const effects = new Map<AvatarEffect, string>();
  const slot = new AvatarSlot(
    async (block, { name }) => {
      block.alloc(bytes);
      opened.push(name);
      if (name === 'broken') throw new Error('no network');
      const effect = new PaintedAvatar(() => 'none');
      effect.close = async () => {
        closed.push(name);
      };
      effects.set(effect, name);
      return effect;
    },
    { kernels, frame, rate: { num: 25, den: 1 } },
    (error) => failed.push(error),
  );
  const worn = () => {
    const effect = slot.next();
    return effect && effects.get(effect)!;
  };
  return { slot, opened, closed, failed, worn, kernels };
}

test('an avatar takes its place between two frames, and the old one is closed', async () => {
  const { slot, closed, worn } = await setUp();
  slot.wear(files('one'));
  expect(worn()).toBeNull();
  await slot.settled();
  expect(worn()).toBe('one');
  slot.wear(files('two'));
  expect(worn()).toBe('one');
  await slot.settled();
  expect(closed).toEqual([]);
  expect(worn()).toBe('two');
  await slot.settled();
  expect(closed).toEqual(['one']);
});

test('of many that are asked for in a row, only the last is loaded after the one under way', async () => {
  const { slot, opened, worn } = await setUp();
  slot.wear(files('one'));
  await null;
  for (const name of ['two', 'three', 'four']) slot.wear(files(name));
  await slot.settled();
  expect(opened.filter((name) => name === 'two' || name === 'three')).toEqual([]);
  expect(worn()).toBe('four');
});

test('one that fails takes off the one that is worn, and is told of once', async () => {
  const { slot, closed, failed, worn } = await setUp();
  slot.wear(files('one'));
  await slot.settled();
  worn();
  slot.wear(files('broken'));
  await slot.settled();
  await slot.settled();
  expect(worn()).toBeNull();
  expect(failed).toEqual([new Error('no network')]);
  expect(closed).toEqual(['one']);
});

test('taken off while it is loaded, it is closed and not worn', async () => {
  const { slot, closed, worn, opened } = await setUp();
  slot.wear(files('one'));
  await null;
  await null;
  slot.takeOff();
  await slot.settled();
  expect(worn()).toBeNull();
  expect(closed).toEqual(opened);
});

test('100 changes need no more memory than three avatars', async () => {
  const { slot, worn, kernels } = await setUp(20 << 20);
  for (let round = 0; round < 100; round++) {
    slot.wear(files(`avatar ${round}`));
    if (round % 3 === 0) await slot.settled();
    worn();
  }
  await slot.settled();
  expect(worn()).toBe('avatar 99');
  expect(kernels.bytesLeft).toBeGreaterThanOrEqual(0);
  await slot.close();
  expect(worn()).toBeNull();
});
