// The divider between before and after: dragged with a pointer anywhere on the picture, or moved with the arrow keys.

const steps = { ArrowLeft: -0.02, ArrowDown: -0.02, ArrowRight: 0.02, ArrowUp: 0.02, PageDown: -0.1, PageUp: 0.1 };

/**
 * Makes the divider move.
 *
 * @param {HTMLElement} stage - the box of the picture
 * @param {HTMLElement} split - the layer over it, shown while the view is split
 * @param {HTMLElement} handle - the divider, a slider to assistive technology
 * @param {(position: number) => void} onMove - told the new position, 0 to 1, once a screen refresh at most
 */
export function makeDivider(stage, split, handle, onMove) {
  let position = 0.5;
  let isAnnounced = true;

  const moveTo = (next) => {
    position = Math.min(1, Math.max(0, next));
    stage.style.setProperty('--split', `${position * 100}%`);
    const percent = Math.round(position * 100);
    handle.setAttribute('aria-valuenow', String(percent));
    handle.setAttribute('aria-valuetext', `${percent} % before, ${100 - percent} % after`);
    if (!isAnnounced) return;
    isAnnounced = false;
    requestAnimationFrame(() => {
      isAnnounced = true;
      onMove(position);
    });
  };

  const follow = (event) => {
    const box = split.getBoundingClientRect();
    moveTo((event.clientX - box.left) / box.width);
  };
  split.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    split.setPointerCapture(event.pointerId);
    handle.focus({ preventScroll: true });
    follow(event);
  });
  split.addEventListener('pointermove', (event) => {
    if (split.hasPointerCapture(event.pointerId)) follow(event);
  });
  handle.addEventListener('keydown', (event) => {
    const next = { Home: 0, End: 1 }[event.key] ?? (event.key in steps ? position + steps[event.key] : null);
    if (next === null) return;
    event.preventDefault();
    moveTo(next);
  });
  moveTo(position);

  return {
    get position() {
      return position;
    },
  };
}
