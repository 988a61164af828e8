import type { SourceStatus } from '../telemetry/telemetry.js';
import type { Style } from './styled-line.js';

/** The state of the source in a few words, and how grave it is. */
export function sourceWords(status: SourceStatus): { readonly text: string; readonly style: Style } {
  switch (status.kind) {
    case 'live':
      return { text: 'live', style: 'good' };
    case 'starting':
      return { text: 'camera starting', style: 'near' };
    case 'asleep':
      return { text: 'camera off: nobody watches', style: 'dim' };
    case 'missing':
      return { text: 'no camera: a card is shown', style: 'over' };
    case 'busy':
      return { text: 'camera busy: a card is shown', style: 'over' };
    case 'stalled':
      return { text: 'no pictures: a card is shown', style: 'over' };
    case 'failed':
      return { text: 'camera fails: a card is shown', style: 'over' };
  }
}
