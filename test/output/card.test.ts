import { describe, expect, test } from 'vitest';
import { type I420Layout, i420Layout } from '../../src/frame/i420.js';
import { type CardState, renderCard } from '../../src/output/card.js';

/** Pixels of a luma plane that are as bright as text, and the box round those of the largest line (the headline). */
function findText(layout: I420Layout, card: Uint8Array) {
  const isBright = (x: number, y: number) => card[y * layout.strideY + x]! > 190;
  const perRow = Array.from({ length: layout.height }, (_row, y) => {
    let count = 0;
    for (let x = 0; x < layout.width; x++) if (isBright(x, y)) count++;
    return count;
  });
  const rows = perRow.flatMap((count, y) => (count > 0 ? [y] : []));
  const columns: number[] = [];
  for (let x = 0; x < layout.width; x++) if (rows.some((y) => isBright(x, y))) columns.push(x);
  return {
    count: perRow.reduce((sum, count) => sum + count, 0),
    height: rows.length === 0 ? 0 : rows.at(-1)! - rows[0]! + 1,
    left: columns[0] ?? 0,
    right: columns.at(-1) ?? 0,
  };
}

/** Contrast of two limited-range grey levels. Source: WCAG 2.2, "contrast ratio". */
function contrast(one: number, other: number): number {
  const luminance = (y: number) => (Math.max(0, (y - 16) / 219 + 0.055) / 1.055) ** 2.4;
  const [light, dark] = [luminance(Math.max(one, other)), luminance(Math.min(one, other))];
  return (light + 0.05) / (dark + 0.05);
}

function median(values: Uint8Array): number {
  return values.slice().sort()[values.length >> 1]!;
}

const sizes = [
  [320, 180],
  [640, 480],
  [1280, 720],
  [1920, 1080],
  [720, 1280],
  [961, 541],
] as const;

describe.each(sizes)('a card of %i x %i', (width, height) => {
  const layout = i420Layout(width, height);

  test('is a whole I420 frame in limited range', async () => {
    const card = await renderCard(layout, { title: 'mien', state: 'paused' });
    expect(card.byteLength).toBe(layout.byteLength);
    const luma = card.subarray(0, layout.offsetU);
    const chroma = card.subarray(layout.offsetU);
    expect(Math.min(...minMax(luma), ...minMax(chroma))).toBeGreaterThanOrEqual(16);
    expect(minMax(luma)[1]).toBeLessThanOrEqual(235);
    expect(minMax(chroma)[1]).toBeLessThanOrEqual(240);
  });

  test('has a headline of 12 pixels or more in height, centred, at a contrast of 12 or more', async () => {
    const card = await renderCard(layout, { title: 'mien', state: 'camera unplugged', detail: 'Plug it in again' });
    const text = findText(layout, card);
    const ground = median(card.subarray(0, layout.offsetU));
    const ratio = contrast(minMax(card.subarray(0, layout.offsetU))[1], ground);
    console.log(`${width}x${height}: headline ${text.height} px high, contrast ${ratio.toFixed(1)} : 1`);
    expect(text.height).toBeGreaterThanOrEqual(12);
    expect(text.height).toBeGreaterThan(Math.min(width, height) * 0.06);
    expect(ratio).toBeGreaterThan(12);
    expect(Math.abs((text.left + text.right) / 2 - width / 2)).toBeLessThan(0.01 * width + 1);
    expect(text.left).toBeGreaterThan(0.05 * width);
  });
});

test('each state looks different, and so does the detail', async () => {
  const layout = i420Layout(640, 360);
  const states: CardState[] = ['paused', 'starting', 'camera unplugged', 'camera busy', 'no picture'];
  const cards = await Promise.all(states.map((state) => renderCard(layout, { title: 'mien', state })));
  cards.push(await renderCard(layout, { title: 'mien', state: 'paused', detail: 'Back in five minutes' }));
  const changed = (one: Uint8Array, two: Uint8Array) =>
    one.reduce((sum, value, i) => sum + (value === two[i] ? 0 : 1), 0);
  for (const [i, one] of cards.entries()) {
    for (const two of cards.slice(i + 1)) expect(changed(one, two)).toBeGreaterThan(1000);
  }
});

test('letters of other scripts are drawn, unknown ones are left out, and markup is only text', async () => {
  const layout = i420Layout(1280, 720);
  const draw = (detail: string) => renderCard(layout, { title: 'mien', state: 'no picture', detail });
  const plain = await renderCard(layout, { title: 'mien', state: 'no picture' });
  for (const detail of ['Камера', 'Κάμερα', 'kamera ő ł', 'Việt', '</path><rect width="900"/>']) {
    expect(Buffer.compare(await draw(detail), plain), detail).not.toBe(0);
  }
  expect(Buffer.compare(await draw('A漢字B'), await draw('AB'))).toBe(0);
});

test('a detail that is too long is set smaller, then cut, and stays inside', async () => {
  const layout = i420Layout(640, 360);
  const text = findText(
    layout,
    await renderCard(layout, { title: 'mien', state: 'paused', detail: 'long '.repeat(40) }),
  );
  expect(text.left).toBeGreaterThan(0.05 * 640);
  expect(text.right).toBeLessThan(0.95 * 640);
});

test.each([
  [2, 2],
  [16, 16],
  [161, 91],
  [1000, 64],
  [64, 1000],
])('an unusual size, %i x %i, is drawn too', async (width, height) => {
  const layout = i420Layout(width, height);
  const card = await renderCard(layout, { title: 'mien', state: 'starting', detail: 'a moment' });
  expect(card.byteLength).toBe(layout.byteLength);
});

function minMax(values: Uint8Array): [number, number] {
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
}
