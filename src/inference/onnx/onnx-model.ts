/** Element types that mien's networks and DeepFaceLab's use, by their numbers in ONNX. Source: onnx/onnx.proto3. */
export const ELEMENT_TYPES = {
  1: { name: 'float32', bytes: 4 },
  2: { name: 'uint8', bytes: 1 },
  3: { name: 'int8', bytes: 1 },
  6: { name: 'int32', bytes: 4 },
  7: { name: 'int64', bytes: 8 },
  9: { name: 'bool', bytes: 1 },
  10: { name: 'float16', bytes: 2 },
} as const;

/** One of `ELEMENT_TYPES`, by its name. */
export type ElementType = (typeof ELEMENT_TYPES)[keyof typeof ELEMENT_TYPES]['name'];

/** A constant of the graph: weights, shapes, axes. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  /** Sides; none for a scalar. */
  readonly dims: readonly number[];
  /** The values, row-major and little endian; a view of the file where it has them so. */
  readonly bytes: Uint8Array;
}

/** The value of a node's attribute. */
export type OnnxAttribute =
  | { readonly kind: 'float' | 'int'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints' | 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor };

/** One operation. An empty input name is an optional input left out. */
export interface OnnxNode {
  readonly operator: string;
  /** Operator set that it is of; '' is ONNX's own. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** What goes into or comes out of the graph. */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  /** Sides; null where the file names the side or leaves it open. */
  readonly dims: readonly (number | null)[];
}

/** An ONNX file's content, as far as mien uses it. */
export interface OnnxModel {
  /** Version of ONNX's own operator set. */
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** A float32 constant's values, as a copy of their own. @throws TypeError for another type. */
export function floatsOf(tensor: OnnxTensor): Float32Array<ArrayBuffer> {
  if (tensor.type !== 'float32') throw new TypeError(`${tensor.name} holds ${tensor.type}, expected float32`);
  return new Float32Array(new Uint8Array(tensor.bytes).buffer);
}

/** An integer constant's values (int64 or int32); beyond 2^53 they are the nearest doubles. @throws TypeError for another type. */
export function integersOf(tensor: OnnxTensor): number[] {
  const bytes = new Uint8Array(tensor.bytes).buffer;
  if (tensor.type === 'int64') return Array.from(new BigInt64Array(bytes), Number);
  if (tensor.type === 'int32') return Array.from(new Int32Array(bytes));
  throw new TypeError(`${tensor.name} holds ${tensor.type}, expected integers`);
}
