import { expect, test, vi } from 'vitest';
import { libpipewire } from '../../../src/output/pipewire/libpipewire.js';

vi.mock('koffi', () => ({
  default: {
    load: () => {
      throw new Error('cannot open shared object file');
    },
  },
}));

test('a missing library is named, with the package that has it', () => {
  expect(libpipewire).toThrow(
    expect.objectContaining({
      code: 'LIBRARY_MISSING',
      message: expect.stringContaining('libpipewire-0.3.so.0'),
      remedy: expect.stringContaining('apt install libpipewire-0.3-0'),
    }),
  );
});
