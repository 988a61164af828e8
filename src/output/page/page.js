// The preview page of mien: the picture that others see, the controls of its look, and the cost of each stage.
import { makeAvatars } from './avatars.js';
import { connect } from './connection.js';
import { makeControls } from './controls.js';
import { makeDivider } from './divider.js';
import { showPageRate, showTelemetry } from './meters.js';
import { Picture } from './picture.js';

const $ = (id) => document.getElementById(id);
/** Without a picture for this long, the page says so. */
const stillMs = 2000;
const messageMs = 7000;

const words = {
  connecting: { status: 'Connecting', title: 'Connecting', text: '' },
  live: { status: 'Live', title: 'Waiting for pictures', text: 'mien is running and sends none at the moment.' },
  paused: { status: 'Paused', title: '', text: '' },
  gone: {
    status: 'Not running',
    title: 'mien is not running',
    text: 'Start it again in your terminal. If the address stays the same, this page comes back by itself.',
  },
  moved: {
    status: 'Moved',
    title: 'mien has a new address',
    text: 'It was started again since this page was opened. Open the address that it prints in your terminal.',
  },
  full: {
    status: 'Too many pages',
    title: 'Too many preview pages are open',
    text: 'Close one of the others: this page comes in by itself.',
  },
};

/** Why there is no picture, by the state of the source. */
const sourceWords = {
  starting: { status: 'Starting', title: 'The camera is starting', text: '' },
  asleep: { status: 'Camera off', title: 'The camera is off', text: 'It starts as soon as somebody watches.' },
  missing: {
    status: 'No camera',
    title: 'No camera',
    text: 'Plug it in: the picture comes by itself.',
  },
  busy: {
    status: 'Camera busy',
    title: 'Another program has the camera',
    text: 'Close it there: the picture comes by itself.',
  },
  stalled: {
    status: 'No picture',
    title: 'The camera gives no picture',
    text: 'mien is opening it again.',
  },
  failed: { status: 'No picture', title: 'The camera cannot be used', text: 'mien goes on trying.' },
};

let state = 'connecting';
let isPaused = false;
let source = 'live';
let shownAt = Number.NEGATIVE_INFINITY;

const line = connect({ onState, onMessage, onPicture });
const picture = new Picture($('picture'), (number) => line.send({ type: 'ack', picture: number }));
const controls = makeControls((command) => line.send({ type: 'command', command }));
const avatars = makeAvatars((command) => line.send({ type: 'command', command }));
const divider = makeDivider($('stage'), $('split'), $('divider'), (split) => line.send({ type: 'view', split }));
controls.enable(false);
avatars.enable(false);
setInterval(() => {
  showPageRate(picture.statistics);
  showState();
}, 500);

function onState(next) {
  state = next;
  controls.enable(state === 'live');
  avatars.enable(state === 'live');
  if (state === 'live') {
    picture.restart();
    line.send({ type: 'view', split: divider.position });
  } else {
    shownAt = Number.NEGATIVE_INFINITY;
  }
  showState();
}

function onMessage(message) {
  switch (message.type) {
    case 'hello':
      $('stage').style.setProperty('--aspect', String(message.width / message.height));
      break;
    case 'telemetry':
      isPaused = message.telemetry.settings.paused;
      source = message.telemetry.source.status.kind;
      controls.show(message.telemetry);
      avatars.show(message.telemetry);
      showTelemetry(message.telemetry);
      break;
    case 'avatars':
      avatars.list(message.avatars);
      break;
    case 'message':
      showMessage(message);
      break;
  }
}

async function onPicture(data) {
  if (!(await picture.show(data))) return;
  // One that was still being decoded as mien went: no sign of life.
  if (state !== 'live') return;
  shownAt = performance.now();
  $('split').hidden = !data.isSplit;
  if (!$('veil').hidden) showState();
}

function showState() {
  const isShowing = performance.now() - shownAt < stillMs;
  const name = state === 'live' && isPaused ? 'paused' : state;
  const said = (name === 'live' && sourceWords[source]) || words[name];
  $('status').dataset.state = said === words[name] ? name : 'gone';
  if ($('status').textContent !== said.status) $('status').textContent = said.status;
  document.body.dataset.state = state === 'live' ? 'here' : 'away';
  $('veil').hidden = isShowing || document.hidden;
  $('veil-title').textContent = (said === words.paused ? words.live : said).title;
  $('veil-text').textContent = (said === words.paused ? words.live : said).text;
  document.title = state === 'live' ? 'mien' : `mien (${words[state].status.toLowerCase()})`;
}

function showMessage({ severity, text }) {
  const item = document.createElement('p');
  item.dataset.severity = severity;
  item.textContent = text;
  const messages = $('messages');
  messages.append(item);
  while (messages.children.length > 4) messages.firstElementChild.remove();
  setTimeout(() => item.remove(), messageMs);
}
