// The whole surface of kernels.wasm: one file a family of kernels. No runtime, no allocation, memory from outside.

export * from './box';
export * from './crop';
export * from './grid';
export * from './guided';
export * from './matrix';
export * from './memory';
export * from './moments';
export * from './packed';
export * from './planes';
export * from './polygon';
export * from './range';
export * from './rgb';
export * from './scale';
export * from './settle';
export * from './skin';
export * from './statistics';
export * from './triangles';
export * from './warp';
export * from './wear';
