import { expect, test } from 'vitest';
import { setLine } from '../../src/output/card-text.js';
import { sharp } from '../../src/system/sharp.js';
import type { RgbPicture } from '../../src/training/evaluation/picture.js';
import { renderReport } from '../../src/training/report.js';

const SIDE = 64;

function square(red: number, green: number, blue: number): RgbPicture {
  const data = Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, i) => [red, green, blue][i % 3]!);
  return { width: SIDE, height: SIDE, data };
}

/** How many pixels of the sheet have a colour. */
async function count(png: Buffer, colour: readonly number[]): Promise<number> {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  let found = 0;
  for (let i = 0; i < data.length; i += info.channels) if (colour.every((value, k) => data[i + k] === value)) found++;
  return found;
}

test('a report shows every picture whole, pixel for pixel, and marks what was reached and what was not', async () => {
  const rows = [
    { label: 'Driver', pictures: [square(200, 10, 10), square(200, 10, 10), square(200, 10, 10)] },
    { label: 'Worn', pictures: [square(10, 10, 200), square(10, 10, 200)] },
  ];
  const figures = [
    { name: 'sharpness', value: '0.81', isReached: true },
    { name: 'seam', value: '1.40', isReached: false },
    { name: 'loss', value: '0.02', isReached: null },
  ];
  const sheet = { title: 'Avatar', subtitle: '4 minutes', rows, figures };
  const png = await renderReport(sheet, setLine);
  expect(await count(png, [200, 10, 10])).toBe(3 * SIDE * SIDE);
  expect(await count(png, [10, 10, 200])).toBe(2 * SIDE * SIDE);
  const [reached, missed] = [await count(png, [0x43, 0xc7, 0xb1]), await count(png, [0xe8, 0x92, 0x6b])];
  expect(reached).toBeGreaterThan(20);
  expect(missed).toBeGreaterThan(20);
  const nothingReached = figures.map((figure) => ({ ...figure, isReached: null }));
  const unmarked = await renderReport({ ...sheet, figures: nothingReached }, setLine);
  expect(await count(unmarked, [0x43, 0xc7, 0xb1])).toBe(0);
});

test('a long list of figures and many pictures fit: the sheet grows', async () => {
  const pictures = Array.from({ length: 16 }, () => square(9, 99, 9));
  const figures = Array.from({ length: 31 }, (_, k) => ({ name: `figure ${k}`, value: `${k}`, isReached: null }));
  const png = await renderReport(
    { title: 'A', subtitle: 'B', rows: [{ label: 'Target', pictures }], figures },
    setLine,
  );
  expect(await count(png, [9, 99, 9])).toBe(16 * SIDE * SIDE);
});
