import { UserError } from '../../errors.js';
import { SystemCallError } from '../../system/libc.js';
import type { SourceStatus } from '../../telemetry/telemetry.js';

/**
 * What to tell of a camera that could not be opened or was lost in use.
 *
 * @param name - of the camera, for people.
 * @param holder - who else has it open, asked only if it is in use.
 * @throws whatever is neither a UserError nor a SystemCallError: a bug, not a state of the camera.
 */
export function statusOfTrouble(error: unknown, name: string, holder: () => string | null): SourceStatus {
  if (error instanceof UserError) {
    if (error.code === 'DEVICE_MISSING') return { kind: 'missing', detail: error.message };
    return { kind: 'failed', detail: `${error.message} ${error.remedy}` };
  }
  if (!(error instanceof SystemCallError)) throw error;
  switch (error.code) {
    case 'EBUSY': {
      const who = holder();
      return { kind: 'busy', detail: `${name} is used by ${who ?? 'another program'}.`, holder: who };
    }
    case 'ENODEV':
    case 'ENOENT':
    case 'ENXIO':
      return { kind: 'missing', detail: `${name} is unplugged.` };
    case 'EACCES':
    case 'EPERM':
      return { kind: 'failed', detail: `${name} may not be opened: this user must be in the group "video".` };
    default:
      return { kind: 'failed', detail: `${name} fails: ${error.message}.` };
  }
}
