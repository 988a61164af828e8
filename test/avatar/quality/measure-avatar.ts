import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPack } from '../../../src/avatar/open-pack.js';
import { checkPackGraph } from '../../../src/effects/check-pack-graph.js';
import { filesOf } from '../../../src/pipeline/open-wearable-pack.js';
import type { Row } from '../../../src/training/evaluation/goals.js';
import { FaceWatcher } from '../face-watcher.js';
import { type AvatarFigures, rowsOf } from './goals.js';
import { measureClip } from './measure-clip.js';
import { BareNetwork } from './network-face.js';
import { writeSheet } from './report-quality.js';
import { writeStillClip } from './still-clip.js';
import { measureStillFlicker } from './still-flicker.js';
import { WarpedTarget } from './warped-target.js';

/** What is asked of the benchmark. */
export interface Wanted {
  /** An avatar's folder; null where `worn` was made by something else. */
  readonly pack: string | null;
  readonly driver: string;
  /** A clip in which the avatar is worn already, frame by frame the driver's; null to let mien make it. */
  readonly worn: string | null;
  /** The picture that the avatar was made of; null for the still in the pack. */
  readonly portrait: string | null;
  /** Size of the frames; null for the driver's own. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** Frames to look at; null for all. */
  readonly frames: number | null;
  /** Where to write the sheet; null for none. */
  readonly sheet: string | null;
}

const MIEN = fileURLToPath(new URL('../../../bin/mien.js', import.meta.url));
const STILL_FRAMES = 45;
/** Of targets where there is no network to compare them with, in pixels. */
const DEFAULT_SIDE = 192;

/** Wears the avatar as `mien process` does, and measures it. */
export async function measureAvatar(wanted: Wanted): Promise<{ figures: AvatarFigures; rows: Row[] }> {
  const { pack, driver } = wanted;
  const size = wanted.size ?? {};
  const portraitPath = wanted.portrait ?? (pack && join(pack, 'preview.png'));
  if (!portraitPath) throw new Error('without an avatar, name its portrait');
  const folder = mkdtempSync(join(tmpdir(), 'mien-quality-'));
  const networks = await Promise.all(['fp32.onnx', 'int8.onnx'].map((file) => openNetwork(pack, file)));
  try {
    const portrait = await lookAt(portraitPath);
    // The still in a pack is not the picture that the avatar was made of: it gives no targets.
    const target =
      wanted.portrait && (await WarpedTarget.open(wanted.portrait, driver, networks[0]?.side ?? DEFAULT_SIDE));
    const worn = wanted.worn ?? wear(pack, driver, join(folder, 'worn.y4m'), wanted.size);
    const { figures: measured, rows: pictures } = await measureClip({
      input: driver,
      output: worn,
      size,
      portrait,
      fp32: networks[0] ?? null,
      int8: networks[1] ?? null,
      target: target ? (frame, points) => target.make(frame, points) : null,
      ...(wanted.frames === null ? {} : { frames: wanted.frames }),
    });
    const figures = { ...measured, stillFlicker: pack ? await wearStill(pack, driver, folder, size) : null };
    const name = basename(portraitPath).replace(/\.\w+$/, '');
    const rows = rowsOf(figures, name);
    if (wanted.sheet) {
      await writeSheet(
        wanted.sheet,
        name,
        `worn over ${basename(driver)}, ${figures.clip.frames} frames`,
        pictures,
        rows,
      );
    }
    return { figures, rows };
  } finally {
    for (const network of networks) await network?.close();
    rmSync(folder, { recursive: true });
  }
}

async function lookAt(portrait: string) {
  const watcher = await FaceWatcher.open();
  try {
    return await watcher.look(portrait);
  } finally {
    await watcher.close();
  }
}

async function openNetwork(pack: string | null, file: string): Promise<BareNetwork | null> {
  if (pack === null || !existsSync(join(pack, file))) return null;
  const { texture } = filesOf(openPack(pack, { checkGraph: checkPackGraph }));
  return BareNetwork.open(join(pack, file), texture);
}

/** A still face under noise, worn. */
async function wearStill(pack: string, driver: string, folder: string, size: { width?: number; height?: number }) {
  const input = join(folder, 'still.y4m');
  await writeStillClip(driver, input, size, STILL_FRAMES);
  return measureStillFlicker(input, wear(pack, input, join(folder, 'still-worn.y4m'), null));
}

/** Runs mien itself, into a file without losses. @returns the file. */
function wear(pack: string | null, input: string, output: string, size: Wanted['size']): string {
  if (pack === null) throw new Error('there is no avatar to wear');
  const flags = ['--effect', 'avatar', '--avatar', pack, '--overwrite'];
  if (size) flags.push('--size', `${size.width}x${size.height}`);
  const { status, stderr } = spawnSync(process.execPath, [MIEN, 'process', input, output, ...flags], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) throw new Error(`mien process ended with ${status}: ${stderr.trim()}`);
  return output;
}
