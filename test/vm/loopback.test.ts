import { describe, expect, test } from 'vitest';
import { runGuest } from './vm.js';

/** What test/vm/guest/loopback.mjs says of one matter. */
interface Finding {
  readonly format: { readonly width: number; readonly height: number; readonly pixels: string };
  readonly label: string;
  readonly warning: string | null;
  readonly seen: string;
  readonly frames: readonly number[];
  readonly pictures: number;
  readonly more: number;
  readonly pid: number;
  readonly code: string;
  readonly message: string;
}

/** The findings of one boot. */
async function findings(loopback: string) {
  const all: Record<string, unknown> = Object.assign(
    {},
    ...(await runGuest('loopback', [], { loopback, timeoutS: 280 })),
  );
  return {
    all,
    of: (name: string) => all[name] as Finding,
    numbers: (name: string) => all[name] as readonly number[],
  };
}

const risingByOne = (numbers: readonly number[]) =>
  numbers.every((number, at) => at === 0 || number === numbers[at - 1]! + 1);

describe.each(['0.12.7', '0.13.2', '0.15.0'])('v4l2loopback %s', (version) => {
  const isOld = version === '0.12.7';

  test('one boot: formats, readers, writers, restarts, the module', { timeout: 320_000 }, async () => {
    const { all, of, numbers } = await findings(version);

    // What was asked for is what readers see.
    expect(of('format-yuyv').label).toBe('Virtual Camera (/dev/video10)');
    expect(of('format-yuyv').warning).toBeNull();
    for (const [pixels, fourcc] of Object.entries({ yuyv: 'YUYV', i420: 'YU12', nv12: 'NV12' })) {
      const { format, seen } = of(`format-${pixels}`);
      expect(format).toMatchObject({ width: 320, height: 240, pixels: fourcc });
      expect(seen).toMatch(/Width\/Height\s*: 320\/240/);
      expect(seen).toContain(`'${fourcc}'`);
      expect(seen).toMatch(/Quantization\s*: (Limited Range|Default \(maps to Limited Range\))/);
      expect(seen).toMatch(/Frames per second: 25\.000/);
      // Each picture is one that was written, to the byte, and none is missing or twice; -1 is the black one of the start.
      expect(numbers(`frames-${pixels}`)).toHaveLength(12);
      expect(numbers(`frames-${pixels}`)).toSatisfy(risingByOne);
    }
    for (const pixels of ['yuyv', 'i420']) {
      const { format, frames } = of(`odd-${pixels}`);
      expect(format).toMatchObject({ width: 320, height: 240 });
      expect(frames).toHaveLength(6);
      expect(frames).toSatisfy(risingByOne);
    }

    // FFmpeg keeps several pictures where they lie, and the driver writes over what a slow reader keeps: the same picture
    // may come twice, or torn, but never an older one.
    const whole = numbers('frames-ffmpeg').filter((number) => number >= 0);
    expect(numbers('frames-ffmpeg')).toHaveLength(4);
    expect(whole.length).toBeGreaterThan(0);
    expect(whole).toEqual(whole.toSorted((a, b) => a - b));

    // Readers come, stall, die, and come back; looking at the device is not watching it.
    expect(all['watchers-reader']).toBe(1);
    expect(all['stalled']).toEqual({ written: 60 });
    expect(all['watchers-killed']).toBe(0);
    expect(all['watchers-probed']).toBe(0);
    expect(numbers('came-back')).toHaveLength(6);
    expect(numbers('came-back')).toSatisfy(risingByOne);
    // From 0.13 on the driver lets one program stream at a time.
    expect(of('second-reader').pictures).toBe(isOld ? 3 : 0);

    // Other writers are refused by name.
    const { pid, code, message } = of('second-mien');
    expect(code).toBe('DEVICE_BUSY');
    expect(message).toContain(`(process ${pid})`);
    expect(all['module-in-use']).toMatchObject({ status: 1, message: expect.stringContaining('in use') });
    expect(of('foreign-writer').code).toBe('DEVICE_BUSY');
    expect(of('foreign-writer').message).toContain(`ffmpeg (process ${of('foreign-writer').pid})`);
    expect(all['after-foreign-writer']).toBeNull();

    // Killed with a reader on the device: the next one goes on, in whatever format the reader has.
    expect(of('restarted')).toMatchObject({ readers: 1, format: { width: 320, height: 240 } });
    expect(of('restarted').more).toBeGreaterThan(10);
    expect(numbers('restarted-frames')).toSatisfy(risingByOne);
    expect(of('resized-under-reader')).toMatchObject({
      format: { width: 320, height: 240 },
      warning: expect.stringMatching(/held to 320x240 by v4l2-ctl \(process \d+\).*640x480/),
    });
    expect(of('resized-under-reader').more).toBeGreaterThan(10);
    expect(of('kept-format')).toMatchObject({
      format: { width: 320, height: 240 },
      warning: expect.stringContaining('held to 320x240 by its control keep_format'),
    });
    expect(of('resized-alone')).toMatchObject({ width: 640, height: 480 });

    const { before, after } = all['fifty-rounds'] as { before: number; after: number };
    expect(after, 'file descriptors').toBe(before);

    // The module loaded again, and without exclusive_caps.
    expect(numbers('reloaded')).toHaveLength(4);
    expect(numbers('reloaded')).toSatisfy(risingByOne);
    expect(of('shared').warning).toMatch(/exclusive_caps=1/);
    expect(of('shared').frames).toSatisfy(risingByOne);
    expect(of('shared-second-mien').code).toBe('DEVICE_BUSY');
    expect(of('shared-second-mien').message).toContain(`(process ${of('shared-second-mien').pid})`);
    expect(all['shared-afterwards']).toBeNull();
  });
});
