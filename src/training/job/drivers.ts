import { basename } from 'node:path';
import { demoClipPath } from '../../capture/demo-clip.js';
import { type Driver, loadDriver } from '../driver.js';
import { findDriverFiles } from './driver-files.js';
import type { JobFolder } from './job-folder.js';
import type { JobHooks, Report } from './run-job.js';

/** Those whose recordings move the avatar of a job; null if it was ended before. @throws UserError. */
export async function loadDrivers(
  folder: JobFolder,
  { signal }: JobHooks,
  report: Report,
): Promise<readonly Driver[] | null> {
  const paths = driverPaths(folder);
  const drivers: Driver[] = [];
  for (const [at, path] of paths.entries()) {
    if (signal.aborted) return null;
    report(`following the face in ${basename(path)}`, at, paths.length);
    drivers.push(await loadDriver(path));
  }
  return drivers;
}

function driverPaths(folder: JobFolder): readonly string[] {
  const { driver } = folder.job;
  switch (driver.kind) {
    case 'guided':
      return [folder.file(driver.file)];
    case 'recording':
      return [driver.path];
    case 'faces': {
      const { clips } = findDriverFiles(driver.folder);
      // Pictures do not move: the demo clip lends them its motion.
      return clips.length > 0 ? clips : [demoClipPath()];
    }
  }
}
