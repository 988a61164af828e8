import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';
import { expect, test } from 'vitest';
import * as structs from '../../src/system/v4l2/structs.js';

const { STRUCTS, VIDIOC, BUF_TYPE, CAP, COLORSPACE, YCBCR_ENC, QUANTIZATION } = structs;

const canCompile =
  spawnSync('gcc', ['--version']).status === 0 &&
  existsSync('/usr/include/linux/videodev2.h') &&
  process.arch !== 'ia32';

/** Where a member of ours lies in the header, if not under the same name; null for filling of our own. */
const NAMES: Record<string, Record<string, string>> = {
  v4l2_format: { pix: 'fmt.pix' },
  v4l2_frmsizeenum: {
    min_width: 'stepwise.min_width',
    max_width: 'stepwise.max_width',
    step_width: 'stepwise.step_width',
    min_height: 'stepwise.min_height',
    max_height: 'stepwise.max_height',
    step_height: 'stepwise.step_height',
  },
  v4l2_frmivalenum: { min: 'stepwise.min', max: 'stepwise.max', step: 'stepwise.step' },
  v4l2_streamparm: {
    capability: 'parm.capture.capability',
    mode: 'parm.capture.capturemode',
    timeperframe: 'parm.capture.timeperframe',
    extendedmode: 'parm.capture.extendedmode',
    buffers: 'parm.capture.readbuffers',
    reserved: 'parm.capture.reserved',
  },
  v4l2_buffer: {
    timestamp_sec: 'timestamp.tv_sec',
    timestamp_usec: 'timestamp.tv_usec',
    offset: 'm.offset',
  },
  v4l2_event: { timestamp_sec: 'timestamp.tv_sec', timestamp_nsec: 'timestamp.tv_nsec' },
};

/** Constants of ours by the header's names. */
const CONSTANTS: Record<string, number> = {
  ...prefixed('V4L2_BUF_TYPE_', BUF_TYPE),
  ...prefixed('V4L2_CAP_', { ...CAP, DEVICE_CAPS: CAP.DEVICE_CAPS }),
  ...prefixed('V4L2_COLORSPACE_', COLORSPACE),
  V4L2_YCBCR_ENC_DEFAULT: YCBCR_ENC.DEFAULT,
  V4L2_YCBCR_ENC_601: YCBCR_ENC.BT601,
  V4L2_YCBCR_ENC_709: YCBCR_ENC.BT709,
  ...prefixed('V4L2_QUANTIZATION_', QUANTIZATION),
  V4L2_MEMORY_MMAP: structs.MEMORY_MMAP,
  V4L2_FIELD_NONE: structs.FIELD_NONE,
  V4L2_PIX_FMT_YUYV: structs.fourcc('YUYV'),
  V4L2_PIX_FMT_YUV420: structs.fourcc('YU12'),
  V4L2_PIX_FMT_MJPEG: structs.fourcc('MJPG'),
};

test.skipIf(!canCompile)('every structure, request and constant is what linux/videodev2.h says', () => {
  const ours = new Map<string, number>();
  const lines: string[] = [];
  const compare = (label: string, expression: string, value: number) => {
    ours.set(label, value);
    lines.push(`printf("%s %llu\\n", "${label}", (unsigned long long)(${expression}));`);
  };
  for (const [name, type] of Object.entries(STRUCTS)) {
    compare(name, `sizeof(struct ${name})`, koffi.sizeof(type));
    for (const member of Object.keys(koffi.type(type).members!)) {
      if (member.startsWith('_')) continue;
      const path = NAMES[name]?.[member] ?? member;
      compare(`${name}.${member}`, `offsetof(struct ${name}, ${path})`, koffi.offsetof(type, member));
    }
  }
  for (const [name, number] of Object.entries(VIDIOC)) compare(`VIDIOC_${name}`, `(unsigned)VIDIOC_${name}`, number);
  for (const [name, value] of Object.entries(CONSTANTS)) compare(name, `(unsigned)${name}`, value);

  expect(compileAndRun(lines)).toEqual(ours);
  expect(ours.size).toBeGreaterThan(150);
});

function compileAndRun(lines: readonly string[]): Map<string, number> {
  const folder = mkdtempSync(join(tmpdir(), 'mien-structs-'));
  try {
    const source = join(folder, 'structs.c');
    const program = join(folder, 'structs');
    writeFileSync(
      source,
      `#include <stdio.h>\n#include <stddef.h>\n#include <sys/time.h>\n#include <linux/videodev2.h>\nint main(void) {\n${lines.join('\n')}\n}\n`,
    );
    const built = spawnSync('gcc', ['-o', program, source], { encoding: 'utf8' });
    if (built.status !== 0) throw new Error(built.stderr);
    const printed = spawnSync(program, { encoding: 'utf8' }).stdout.trim().split('\n');
    return new Map(printed.map((line) => line.split(' ')).map(([label, value]) => [label!, Number(value)]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function prefixed(prefix: string, values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}
