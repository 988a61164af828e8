import { chmodSync, copyFileSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { chooseKey } from '../avatar/key-store.js';
import { USUAL } from '../capture/camera-source.js';
import { createSource } from '../capture/create-source.js';
import { AUTO_CAMERA, findCamera } from '../capture/v4l2/find-camera.js';
import type { Config } from '../config/config.js';
import { UserError } from '../errors.js';
import { requireReadableFile } from '../system/media-file.js';
import { listVideoDevices } from '../system/v4l2/list-devices.js';
import { findDriverFiles } from '../training/job/driver-files.js';
import type { TrainingJob } from '../training/job/job.js';
import { JobFolder } from '../training/job/job-folder.js';
import { loadPortrait } from '../training/portrait.js';
import { type AvatarWishes, type CreatePlan, planAvatar } from './avatar-plan.js';
import { openGuideView } from './guide-view.js';
import { recordGuided } from './guided-recording.js';
import { trainJob } from './train-job.js';
import { foldersFor } from './training-options.js';

/** What `mien avatar create` was given. */
export interface CreateOptions extends AvatarWishes {
  readonly size: TrainingJob['size'];
  readonly minutes: number;
  readonly seed: number;
  readonly train: boolean;
  readonly replace?: boolean;
  readonly into?: string;
}

/**
 * Checks all that can be checked before the user spends a minute on a recording, records, and trains.
 * @throws UserError.
 */
export async function createAvatar(name: string, options: CreateOptions, config: Config): Promise<void> {
  const plan = planAvatar(name, options);
  refuseTaken(name, options);
  // A key that is missing would be missed at the very end.
  if (plan.source !== null) chooseKey(null);
  if (plan.driver.kind === 'recording') requireReadableFile(plan.driver.path);
  if (plan.driver.kind === 'faces') findDriverFiles(plan.driver.folder);
  if (plan.driver.kind === 'guided') findCamera(config.camera ?? AUTO_CAMERA, listVideoDevices().devices);
  if (plan.face.kind === 'portrait') await loadPortrait(plan.face.path);
  else requireReadableFile(plan.face.path);

  // What is made from here on is for this user alone.
  process.umask(0o077);
  const folder = await JobFolder.create(name, (path) => prepare(plan, options, config, path));
  if (!options.train) {
    folder.close();
    console.error(`All is ready. Go on with: mien avatar train ${name}`);
    return;
  }
  await trainJob(folder, config);
}

function refuseTaken(name: string, { replace, into }: CreateOptions): void {
  const place = join(foldersFor(into ?? null).store, name);
  if (replace || !statSync(place, { throwIfNoEntry: false })) return;
  throw new UserError(
    'OUTPUT_FAILED',
    `There is an avatar named "${name}" already, in ${place}.`,
    'Choose another name, or say --replace.',
  );
}

/** Puts into the folder what the job is made from. */
async function prepare(plan: CreatePlan, options: CreateOptions, config: Config, path: string): Promise<TrainingJob> {
  return {
    format: 1,
    name: plan.name,
    title: plan.title,
    kind: plan.kind,
    source: plan.source,
    face: prepareFace(plan.face, path),
    driver: await prepareDriver(plan, config, path),
    size: options.size,
    minutes: options.minutes,
    seed: options.seed,
    into: options.into === undefined ? null : resolve(options.into),
    replace: options.replace ?? false,
    created: new Date().toISOString(),
    command: ['mien', ...process.argv.slice(2)].map(quoted).join(' ').slice(0, 1000),
    state: { kind: 'prepared' },
  };
}

function prepareFace({ kind, path }: CreatePlan['face'], folder: string): TrainingJob['face'] {
  const original = basename(path).slice(0, 200);
  if (kind === 'recording') return { kind, path: resolve(path), original };
  const file = `portrait${extname(path).toLowerCase()}`;
  copyFileSync(path, join(folder, file));
  chmodSync(join(folder, file), 0o600);
  return { kind, file, original };
}

async function prepareDriver(
  { name, driver }: CreatePlan,
  config: Config,
  path: string,
): Promise<TrainingJob['driver']> {
  switch (driver.kind) {
    case 'recording':
      return { kind: 'recording', path: resolve(driver.path) };
    case 'faces':
      return { ...driver, folder: resolve(driver.folder) };
    case 'guided': {
      const file = 'recording.mp4';
      await recordUser(name, driver.keep, config, join(path, file));
      return { kind: 'guided', file, keep: driver.keep };
    }
  }
}

async function recordUser(name: string, keep: boolean, config: Config, path: string): Promise<void> {
  const stop = new AbortController();
  const view = openGuideView(config, () => stop.abort());
  const fate = keep ? 'is kept there, as you asked' : 'is deleted once the avatar is made';
  const source = createSource({
    kind: 'camera',
    camera: config.camera ?? AUTO_CAMERA,
    onDemand: false,
    controls: config.control ?? {},
    ...USUAL,
    fit: 'crop',
  });
  try {
    const note = `The recording stays on this computer, only you can read it, and it ${fate}.`;
    if (await recordGuided({ source, path, name, note, show: (state) => view.show(state), signal: stop.signal }))
      return;
  } finally {
    view.close();
  }
  throw new UserError(
    'INPUT_MISSING',
    'The recording was stopped before its end; nothing of it was kept.',
    'Run the command again when you have a minute.',
  );
}

/** A word as a shell would take it. Of paths only the last part: the command goes into the pack, and folders are private. */
function quoted(argument: string): string {
  const word = argument.includes('/') ? basename(argument) : argument;
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
