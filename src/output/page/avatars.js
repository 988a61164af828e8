// The avatars to choose from, the one that is worn, and why it is not just now.

/** @param {(command: object) => void} command - sends a command to mien */
export function makeAvatars(command) {
  const $ = (id) => document.getElementById(id);
  const [panel, state, list, itsMe, takeOff] = [
    $('avatar-panel'),
    $('avatar-state'),
    $('avatars'),
    $('its-me'),
    $('take-off'),
  ];
  /** Name of the avatar that '' stands for. */
  let demo = null;
  let isHere = false;

  itsMe.addEventListener('click', () => command({ kind: 'confirm-face' }));
  takeOff.addEventListener('click', () => command({ kind: 'set', patch: { effect: 'touch-up' } }));

  function card({ name, title, picture }) {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.name = name;
    button.className = 'avatar';
    if (picture !== null) {
      const still = document.createElement('img');
      still.src = picture;
      still.alt = '';
      button.append(still);
    }
    const label = document.createElement('span');
    label.textContent = title;
    button.append(label);
    button.addEventListener('click', () => command({ kind: 'set', patch: { effect: 'avatar', avatar: name } }));
    return button;
  }

  return {
    /** Shows the avatars that there are. */
    list(avatars) {
      demo = avatars.find(({ isDemo }) => isDemo)?.name ?? null;
      list.replaceChildren(...avatars.map(card));
      panel.hidden = avatars.length === 0 && itsMe.hidden && takeOff.hidden;
      this.enable(isHere);
    },
    /** Shows what is worn. */
    show({ settings, avatar }) {
      const isChosen = settings.effect === 'avatar';
      const worn = isChosen ? settings.avatar || demo : null;
      for (const button of list.children) button.setAttribute('aria-pressed', String(button.dataset.name === worn));
      const words = isChosen ? describe(avatar) : { text: 'None: your own face is seen.', state: 'none' };
      if (state.textContent !== words.text) state.textContent = words.text;
      state.dataset.state = words.state;
      itsMe.hidden = !(isChosen && avatar.kind === 'chosen' && avatar.wear.reason === 'other faces');
      takeOff.hidden = !isChosen;
      panel.hidden = !isChosen && list.children.length === 0;
    },
    /** Controls do nothing while mien is away. */
    enable(isOn) {
      isHere = isOn;
      for (const button of [itsMe, takeOff, ...list.children]) button.disabled = !isOn;
    },
  };
}

function describe(avatar) {
  if (avatar.kind === 'refused') return { text: `Not worn, a card is shown. ${avatar.reason}`, state: 'bad' };
  if (avatar.kind === 'off') return { text: 'One moment', state: 'withheld' };
  const until = avatar.until ? ` Consent until ${avatar.until.slice(0, 10)}.` : '';
  if (avatar.wear.kind === 'worn') return { text: `${avatar.name} is worn.${until}`, state: 'worn' };
  const shown = avatar.wear.shows === 'last' ? 'Held for a moment' : 'A card is shown';
  return { text: `${shown}: ${avatar.wear.words}.`, state: 'withheld' };
}
