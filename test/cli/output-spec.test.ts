import { mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refuseOwnPicture } from '../../src/cli/output-spec.js';
import { chooseLiveSource } from '../../src/cli/source-spec.js';
import { Config } from '../../src/config/config.js';

const specOf = (camera: string) => chooseLiveSource(Config.parse({ camera })).spec;
const loopback = (path: string) => ({ kind: 'v4l2loopback', path, pixels: 'yuyv' }) as const;

test('a device is not read from and written to at once, by whatever name', () => {
  const link = join(mkdtempSync(join(tmpdir(), 'mien-link-')), 'camera');
  symlinkSync('/dev/null', link); // a device node that every machine has
  expect(() => refuseOwnPicture(specOf('/dev/null'), loopback('/dev/null'))).toThrow(/show its own picture/);
  expect(() => refuseOwnPicture(specOf(link), loopback('/dev/null'))).toThrow(/show its own picture/);
  expect(() => refuseOwnPicture(specOf('/dev/zero'), loopback('/dev/null'))).not.toThrow();
  expect(() => refuseOwnPicture(specOf('/dev/null'), null)).not.toThrow();
});
