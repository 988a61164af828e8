import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { UserError } from '../errors.js';

// The same place from src/kernels (tests) and from dist/kernels (the built program).
const wasmFile = fileURLToPath(new URL('../../dist/kernels/kernels.wasm', import.meta.url));

let compiled: Promise<WebAssembly.Module> | undefined;

/** Compiles kernels.wasm, once a thread. @throws UserError LIBRARY_MISSING if it has not been built. */
export function loadModule(): Promise<WebAssembly.Module> {
  compiled ??= compile();
  return compiled;
}

async function compile(): Promise<WebAssembly.Module> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(wasmFile);
  } catch (cause) {
    throw new UserError('LIBRARY_MISSING', `the pixel kernels are missing: no ${wasmFile}`, 'Run: npm run build', {
      cause,
    });
  }
  return WebAssembly.compile(bytes);
}
