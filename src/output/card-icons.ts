import type { CardState } from './card.js';

const ring = '<circle r="11"/>';
const camera = '<rect x="-6.4" y="-4" width="8.8" height="8" rx="1.8"/><path d="M2.4-1.2 6.2-3.6v7.2L2.4 1.2"/>';
const slash = '<path d="M-5.6 6.4 6-6.4"/>';

/** The picture of a state: SVG strokes round the origin, 24 units high. */
export function cardIcon(state: CardState): string {
  switch (state) {
    case 'paused':
      return `${ring}<path d="M-3-4.4v8.8M3-4.4v8.8" stroke-width="2.4"/>`;
    case 'starting':
      return '<circle r="11" stroke-opacity=".28"/><path d="M0-11A11 11 0 0 1 11 0"/><circle r="2.2" fill="#43c7b1" stroke="none"/>';
    case 'camera unplugged':
      return `${ring}${camera}${slash}`;
    case 'camera busy':
      return `${ring}${camera}<circle cx="5.4" cy="5.6" r="1.1" fill="#43c7b1" stroke="none"/>`;
    case 'no picture':
      return `<circle r="11" stroke-dasharray="2.4 3.36"/>${camera}${slash}`;
  }
}
