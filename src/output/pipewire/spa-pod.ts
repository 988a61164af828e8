import koffi from 'koffi';

// SPA pods: the typed values in which PipeWire's programs negotiate formats and buffers. Little-endian; each is its body's
// size, its type and its body, padded to 8 bytes. Source: spa/pod/pod.h, spa/utils/type.h of PipeWire 0.3.

/** A finished pod, a multiple of 8 bytes long. */
export type Pod = Uint8Array & { readonly __kind: 'pod' };

const TYPE_ID = 3;
const TYPE_INT = 4;
const TYPE_RECTANGLE = 10;
const TYPE_FRACTION = 11;
const TYPE_OBJECT = 15;
const TYPE_CHOICE = 19;

/** How the values of a choice are to be read; the first one is the default in all of them. */
export const CHOICE_RANGE = 1;
export const CHOICE_FLAGS = 4;

/** A number out of an enumeration. */
export const idPod = (value: number): Pod => pod(TYPE_ID, words(value));
/** A whole number of 32 bits. */
export const intPod = (value: number): Pod => pod(TYPE_INT, words(value));
/** A size in pixels. */
export const rectanglePod = (width: number, height: number): Pod => pod(TYPE_RECTANGLE, words(width, height));
/** A ratio, such as frames a second. */
export const fractionPod = (num: number, den: number): Pod => pod(TYPE_FRACTION, words(num, den));

/**
 * Whole numbers to choose from.
 *
 * @param kind - CHOICE_RANGE (default, least, most) or CHOICE_FLAGS (the bits that are allowed).
 */
export function intChoicePod(kind: number, ...values: readonly number[]): Pod {
  return pod(TYPE_CHOICE, words(kind, 0, 4, TYPE_INT, ...values));
}

/**
 * An object: values by key, in the order given.
 *
 * @param type - SPA_TYPE_OBJECT_…
 * @param id - the SPA_PARAM_… that it is a value of.
 */
export function objectPod(type: number, id: number, properties: readonly (readonly [key: number, value: Pod])[]): Pod {
  const parts = properties.flatMap(([key, value]) => [words(key, 0), value]);
  return pod(TYPE_OBJECT, concat([words(type, id), ...parts]));
}

/** Pods side by side in memory that stays where it is for as long as it is held, and their addresses. */
export function linedPods(pods: readonly Pod[]): { memory: ArrayBuffer; addresses: BigUint64Array } {
  const bytes = concat(pods);
  // To ask for `buffer` moves a small array out of the collector's reach.
  const memory = bytes.buffer as ArrayBuffer;
  const start = koffi.address(bytes);
  let at = 0n;
  const addresses = BigUint64Array.from(pods, ({ length }) => {
    const address = start + at;
    at += BigInt(length);
    return address;
  });
  return { memory, addresses };
}

function pod(type: number, body: Uint8Array): Pod {
  const padding = new Uint8Array(-body.length & 7);
  return concat([words(body.length, type), body, padding]) as Pod;
}

function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setInt32(4 * i, value, true);
  return bytes;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
