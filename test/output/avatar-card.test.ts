import sharp from 'sharp';
import { expect, test } from 'vitest';
import { i420Layout } from '../../src/frame/i420.js';
import { type AvatarCardState, renderAvatarCard } from '../../src/output/avatar-card.js';

const layout = i420Layout(640, 360);
const red = () =>
  sharp({ create: { width: 50, height: 70, channels: 3, background: '#e02020' } })
    .png()
    .toBuffer();

/** Chroma samples that are clearly red. */
function redness(card: Uint8Array): number {
  const end = layout.offsetV + layout.strideUV * (layout.height / 2);
  return card.subarray(layout.offsetV, end).filter((v) => v > 190).length;
}

test('a card has the still in its middle, and none where there is none or it cannot be read', async () => {
  const card = (still: Uint8Array | null) => renderAvatarCard(layout, 'mien', { name: 'Ada', still, state: 'no face' });
  // 24 of 100 units of 6.4 pixels a side, chroma at half: 77 x 77 samples, its corners cut.
  expect(redness(await card(await red()))).toBeGreaterThan(4500);
  expect(redness(await card(null))).toBe(0);
  expect(redness(await card(Buffer.from('no picture')))).toBe(0);
});

test('each state, each name and each detail looks different', async () => {
  const states: AvatarCardState[] = ['loading', 'no face', 'unclear face', 'other faces', 'failed', 'refused'];
  const cards = await Promise.all([
    ...states.map((state) => renderAvatarCard(layout, 'mien', { name: 'Ada', still: null, state })),
    renderAvatarCard(layout, 'mien', { name: 'Bob', still: null, state: 'no face' }),
    renderAvatarCard(layout, 'mien', { name: 'Ada', still: null, state: 'refused', detail: 'the consent ended' }),
  ]);
  expect(new Set(cards.map((card) => Buffer.from(card).toString('base64'))).size).toBe(cards.length);
});

test.each([
  [2, 2],
  [161, 91],
  [64, 1000],
  [720, 1280],
])('a size of %i x %i is drawn too', async (width, height) => {
  const size = i420Layout(width, height);
  const card = await renderAvatarCard(size, 'mien', { name: 'Ada', still: await red(), state: 'loading' });
  expect(card.byteLength).toBe(size.byteLength);
});

test('a name is text and no markup', async () => {
  const card = (name: string) => renderAvatarCard(layout, 'mien', { name, still: null, state: 'loading' });
  const card1 = await card('</path><rect width="900" height="900" fill="red"/>');
  expect(redness(card1)).toBe(0);
});
