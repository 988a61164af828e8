// The whole surface of kernels.wasm: one file a family of kernels. No runtime, no allocation, memory from outside.

export * from './crop';
export * from './memory';
export * from './packed';
export * from './planes';
export * from './rgb';
export * from './warp';
