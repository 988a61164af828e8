// Switches, slider and buttons: they send what the user wants, and follow what is changed elsewhere (terminal, other pages).

/** How long after its last use a control ignores what mien reports: a report on its way may be older than the user's hand. */
const ownMs = 700;
/** A slider that is dragged speaks this often at most. */
const slideMs = 50;

/** @param {(command: object) => void} command - sends a command to mien */
export function makeControls(command) {
  const $ = (id) => document.getElementById(id);
  const [effect, strength, split, mirror, pause, record] = [
    $('effect'),
    $('strength'),
    $('split-view'),
    $('mirror'),
    $('pause'),
    $('record'),
  ];
  const all = [effect, strength, split, mirror, pause, record];
  const usedAt = new Map();
  const use = (control) => usedAt.set(control, performance.now());
  const isOwn = (control) => performance.now() - (usedAt.get(control) ?? Number.NEGATIVE_INFINITY) < ownMs;
  let isHere = false;
  let isAvatar = false;
  const set = (patch) => command({ kind: 'set', patch });

  for (const [control, patch] of [
    [effect, () => ({ effect: effect.checked ? 'touch-up' : 'none' })],
    [split, () => ({ split: split.checked })],
    [mirror, () => ({ mirror: mirror.checked })],
  ]) {
    control.addEventListener('change', () => {
      use(control);
      set(patch());
      if (control === effect) strength.disabled = !effect.checked;
    });
  }

  const sendStrength = throttle(() => set({ strength: Number(strength.value) }), slideMs);
  strength.addEventListener('input', () => {
    use(strength);
    showStrength(Number(strength.value));
    sendStrength();
  });

  for (const [button, tell] of [
    [pause, (isOn) => set({ paused: isOn })],
    [record, (isOn) => command({ kind: 'record', on: isOn })],
  ]) {
    button.addEventListener('click', () => {
      use(button);
      const isOn = button.getAttribute('aria-pressed') !== 'true';
      press(button, isOn);
      tell(isOn);
    });
  }

  function showStrength(value) {
    strength.value = String(value);
    strength.style.setProperty('--part', `${value}%`);
    $('strength-value').textContent = `${Math.round(value)} %`;
  }

  function press(button, isOn) {
    button.setAttribute('aria-pressed', String(isOn));
    const words = button === pause ? ['Pause', 'Resume'] : ['Record', 'Stop'];
    button.querySelector('span').textContent = words[isOn ? 1 : 0];
  }

  return {
    /** Shows the settings of the running mien. */
    show({ settings, sinks }) {
      const isRecording = sinks.some((sink) => sink.kind === 'recording');
      isAvatar = settings.effect === 'avatar';
      if (!isOwn(effect)) effect.checked = settings.effect === 'touch-up';
      if (!isOwn(strength)) showStrength(settings.strength);
      if (!isOwn(split)) split.checked = settings.split;
      if (!isOwn(mirror)) mirror.checked = settings.mirror;
      if (!isOwn(pause)) press(pause, settings.paused);
      if (!isOwn(record)) press(record, isRecording);
      this.enable(isHere);
      $('recording-badge').hidden = !isRecording;
    },
    /** Controls do nothing while mien is away. */
    enable(isOn) {
      isHere = isOn;
      for (const control of all) control.disabled = !isOn;
      // The touch-up and the picture before it are the user's own face: an avatar is taken off first.
      effect.disabled = split.disabled = !isOn || isAvatar;
      strength.disabled = effect.disabled || !effect.checked;
    },
  };
}

/** Calls at once, then once an interval at most; the last call is never lost. */
function throttle(call, intervalMs) {
  let timer = 0;
  let isWaiting = false;
  const run = () => {
    isWaiting = false;
    call();
    timer = setTimeout(() => {
      timer = 0;
      if (isWaiting) run();
    }, intervalMs);
  };
  return () => {
    if (timer) isWaiting = true;
    else run();
  };
}
