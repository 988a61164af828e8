import koffi from 'koffi';
import { expect, test } from 'vitest';
import {
  CHOICE_RANGE,
  fractionPod,
  idPod,
  intChoicePod,
  intPod,
  linedPods,
  objectPod,
  rectanglePod,
} from '../../../src/output/pipewire/spa-pod.js';

/** Bytes as 32-bit words, as a debugger shows them. */
const words = (pod: Uint8Array) => [...new Uint32Array(Uint8Array.from(pod).buffer)];

test('simple values: size of the body, type, body, padding to 8 bytes', () => {
  expect([...idPod(23)]).toEqual([4, 0, 0, 0, 3, 0, 0, 0, 23, 0, 0, 0, 0, 0, 0, 0]);
  expect([...intPod(-2)]).toEqual([4, 0, 0, 0, 4, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
  expect(words(rectanglePod(1280, 720))).toEqual([8, 10, 1280, 720]);
  expect(words(fractionPod(30_000, 1001))).toEqual([8, 11, 30_000, 1001]);
});

test('a choice: kind, flags, then size and type of its values, then the values alone', () => {
  // body: 16 bytes before the values and 3 values of 4 bytes; padded from 28 to 32
  expect(words(intChoicePod(CHOICE_RANGE, 4, 2, 8))).toEqual([28, 19, 1, 0, 4, 4, 4, 2, 8, 0]);
});

test('an object: type and id, then key, flags and value of each property', () => {
  const pod = objectPod(0x40005, 6, [
    [1, idPod(1)],
    [2, intPod(32)],
  ]);
  expect(words(pod)).toEqual([56, 15, 0x40005, 6, 1, 0, 4, 3, 1, 0, 2, 0, 4, 4, 32, 0]);
});

test('pods for the library lie side by side, each at its address', () => {
  const { memory, addresses } = linedPods([idPod(1), rectanglePod(2, 3), idPod(4)]);
  expect(words(new Uint8Array(memory))).toEqual([4, 3, 1, 0, 8, 10, 2, 3, 4, 3, 4, 0]);
  expect(addresses.map((address) => address - addresses[0]!)).toEqual(BigUint64Array.of(0n, 16n, 32n));
  const third = new Uint8Array(koffi.view(addresses[2]!, 16));
  expect(words(third)).toEqual([4, 3, 4, 0]);
});
