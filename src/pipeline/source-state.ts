import type { CardState } from '../output/card.js';
import type { Severity, SourceStatus } from '../telemetry/telemetry.js';

/** The card that stands in for the picture when no frames come. What others see: it tells no more than they need. */
export function cardState(status: SourceStatus, isPaused: boolean): CardState {
  if (isPaused) return 'paused';
  switch (status.kind) {
    case 'starting':
    case 'asleep': // nobody sees it; whoever comes sees the camera start
      return 'starting';
    case 'missing':
      return 'camera unplugged';
    case 'busy':
      return 'camera busy';
    case 'live': // shown only if frames stop before anything is known
    case 'stalled':
    case 'failed':
      return 'no picture';
  }
}

/**
 * What the user is told when the state of the source changes.
 *
 * @param name - of the source. @param isSeen - whether there is a virtual camera, which shows a card meanwhile.
 */
export function describeSourceStatus(
  name: string,
  status: SourceStatus,
  isSeen: boolean,
): { readonly severity: Severity; readonly text: string } {
  const meanwhile = isSeen ? '; others see a card.' : '.';
  switch (status.kind) {
    case 'starting':
      return { severity: 'info', text: `${name} is starting` };
    case 'live':
      return { severity: 'info', text: `${name} gives pictures again` };
    case 'asleep':
      return { severity: 'info', text: `${name} is off: nobody watches` };
    case 'stalled':
      return { severity: 'warning', text: `${name} gives no pictures; opening it again` };
    case 'missing':
      return { severity: 'warning', text: `${status.detail} Waiting for it${meanwhile}` };
    case 'busy':
      return { severity: 'warning', text: `${status.detail} Waiting for it${meanwhile}` };
    case 'failed':
      return { severity: 'warning', text: `${status.detail} Trying again${meanwhile}` };
  }
}
