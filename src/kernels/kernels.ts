/** The pixel kernels: one WASM module and the memory that it shares with ONNX tensors. Under construction. */
export class Kernels {
  readonly memory: { readonly buffer: ArrayBuffer };

  constructor(memory: { readonly buffer: ArrayBuffer }) {
    this.memory = memory;
  }
}
