import { beforeEach, expect, test, vi } from 'vitest';
import { loadTurboJpeg } from '../../../src/capture/jpeg/turbo-jpeg.js';
import { Kernels } from '../../../src/kernels/kernels.js';

const SIZE = { width: 32, height: 16 };

/** A fresh copy of the module: what it found installed is remembered otherwise. */
async function open() {
  vi.resetModules();
  const { openJpegDecoder } = await import('../../../src/capture/jpeg/open-jpeg-decoder.js');
  return openJpegDecoder(await Kernels.load(1 << 16), SIZE);
}

function hideTurboJpeg(): void {
  vi.doMock('koffi', () => ({
    default: {
      load: () => {
        throw new Error('cannot open shared object file');
      },
    },
  }));
}

function hideFfmpeg(): void {
  vi.doMock('node-av/lib', () => {
    throw new Error('Cannot find package');
  });
}

beforeEach(() => {
  vi.doUnmock('koffi');
  vi.doUnmock('node-av/lib');
});

test.skipIf(loadTurboJpeg() === null)('with both, libjpeg-turbo decodes: it is the faster', async () => {
  const decoder = await open();
  expect(decoder.library).toBe('libjpeg-turbo');
  decoder.close();
});

test('without libjpeg-turbo, FFmpeg decodes', async () => {
  hideTurboJpeg();
  const decoder = await open();
  expect(decoder.library).toBe('FFmpeg');
  decoder.close();
});

test('without both, the message names them and the remedy says how to get one', async () => {
  hideTurboJpeg();
  hideFfmpeg();
  await expect(open()).rejects.toMatchObject({
    name: 'UserError',
    code: 'LIBRARY_MISSING',
    message: expect.stringMatching(/libturbojpeg\.so\.0.*node-av/),
    remedy: expect.stringContaining('sudo apt install libturbojpeg0'),
  });
});
