import { describe, expect, test } from 'vitest';
import { JpegHeader } from '../../../src/capture/jpeg/jpeg-header.js';

const SOI = [0xff, 0xd8];
const EOI = [0xff, 0xd9];
const segment = (marker: number, ...content: number[]): number[] => [0xff, marker, 0, content.length + 2, ...content];
/** A frame header of 640 x 480 with these sampling factors, luma first. */
const frame = (...factors: number[]): number[] => {
  const components = factors.flatMap((factor, index) => [index + 1, factor, 0]);
  return segment(0xc0, 8, 0x01, 0xe0, 0x02, 0x80, factors.length, ...components);
};
const scan = [...segment(0xda, 1, 1, 0, 0, 63, 0), 0x12, 0xff, 0, 0x34, 0xff, 0xd3, 0x56];
const read = (...bytes: number[]) => {
  const header = new JpegHeader();
  return { isWhole: header.read(Uint8Array.from(bytes)), header };
};

describe('sampling, from the factors of luma and chroma', () => {
  test.each([
    ['4:2:0', [0x22, 0x11, 0x11]],
    ['4:2:2', [0x21, 0x11, 0x11]],
    ['4:2:2', [0x22, 0x12, 0x12]],
    ['4:4:4', [0x11, 0x11, 0x11]],
    ['4:4:4', [0x22, 0x22, 0x22]],
    ['4:4:0', [0x12, 0x11, 0x11]],
    ['4:1:1', [0x41, 0x11, 0x11]],
    ['gray', [0x11]],
  ])('%s is %j', (sampling, factors) => {
    const { isWhole, header } = read(...SOI, ...frame(...factors), ...scan, ...EOI);
    expect(isWhole).toBe(true);
    expect(header).toMatchObject({ width: 640, height: 480, sampling });
  });

  test.each([
    [[0x44, 0x11, 0x11]],
    [[0x22, 0x11, 0x21]],
    [[0x22, 0x00, 0x00]],
    [[0x11, 0x22, 0x22]],
    [[0x11, 0x11, 0x11, 0x11]],
    [[0x11, 0x11]],
  ])('%j is refused', (factors) => {
    expect(read(...SOI, ...frame(...factors), ...scan, ...EOI).isWhole).toBe(false);
  });
});

test('12 bits are refused', () => {
  const deep = frame(0x11);
  deep[4] = 12;
  expect(read(...SOI, ...deep, ...scan, ...EOI).isWhole).toBe(false);
});

test('the end is the end marker after a scan, not what looks like one inside a segment; fill bytes are passed over', () => {
  const comment = segment(0xfe, 0xff, 0xd9, 7);
  const bytes = [...SOI, ...comment, 0xff, 0xff, ...frame(0x11), ...scan, ...comment, ...scan, ...EOI];
  const { isWhole, header } = read(...bytes, 0, 0, 0xff, 0xd9, 1, 2, 3);
  expect(isWhole).toBe(true);
  expect(header.byteLength).toBe(bytes.length);
});

test('Huffman tables are seen, wherever they are', () => {
  const table = segment(0xc4, 0, 1);
  expect(read(...SOI, ...frame(0x11), ...scan, ...EOI).header.hasHuffmanTables).toBe(false);
  expect(read(...SOI, ...table, ...frame(0x11), ...scan, ...EOI).header.hasHuffmanTables).toBe(true);
  expect(read(...SOI, ...frame(0x11), ...table, ...scan, ...EOI).header.hasHuffmanTables).toBe(true);
});

test('cut anywhere, it is no whole picture', () => {
  const whole = [...SOI, ...segment(0xe0, 1, 2, 3), ...frame(0x22, 0x11, 0x11), ...scan, ...EOI];
  expect(read(...whole).isWhole).toBe(true);
  for (let length = 0; length < whole.length; length++) expect(read(...whole.slice(0, length)).isWhole).toBe(false);
});

test('an end without a scan or without a frame header is refused', () => {
  expect(read(...SOI, ...EOI).isWhole).toBe(false);
  expect(read(...SOI, ...frame(0x11), ...EOI).isWhole).toBe(false);
  expect(read(...SOI, ...scan, ...EOI).isWhole).toBe(false);
});
