// The page of a training: driver, target and result as they are now, how far it is, and the course of the loss.
import { connect } from './connection.js';
import { Picture } from './picture.js';

const $ = (id) => document.getElementById(id);
const stages = ['targets', 'training', 'finishing'];
const chart = { width: 600, height: 120, margin: 6 };

const words = {
  live: 'Live',
  gone: 'Not running',
  moved: 'Moved',
  full: 'Too many pages',
};
const veilWords = {
  live: 'The first picture comes with the first steps',
  gone: 'The training has ended, or was stopped: your terminal tells which',
  moved: 'It was started again: open the address that it prints in your terminal',
  full: 'Close one of the other pages: this one comes in by itself',
};

let hasPicture = false;
let isLive = false;
const picture = new Picture($('picture'), (number) => line.send({ type: 'ack', picture: number }));
const line = connect({ onState, onMessage, onPicture });

function onState(state) {
  isLive = state === 'live';
  if (isLive) picture.restart();
  $('status').textContent = words[state];
  $('status').dataset.state = state;
  document.body.dataset.state = isLive ? 'here' : 'away';
  $('veil-title').textContent = veilWords[state];
  $('veil').hidden = isLive && hasPicture;
}

function onMessage(message) {
  if (message.type === 'training') show(message.telemetry);
}

async function onPicture(data) {
  if (!(await picture.show(data)) || !isLive) return;
  hasPicture = true;
  $('veil').hidden = true;
}

function show({ name, size, stage, losses }) {
  $('name').textContent = `${name} · ${size} px`;
  const current = stages.indexOf(stage.kind);
  for (const item of $('steps').children) {
    const at = stages.indexOf(item.dataset.stage);
    item.dataset.state = at < current ? 'done' : at === current ? 'current' : 'ahead';
  }
  const progress = progressOf(stage);
  $('stage').textContent = progress.title;
  $('progress-words').textContent = progress.words;
  if (progress.part === null) $('progress').removeAttribute('value');
  else $('progress').value = progress.part;
  document.title = progress.part === null ? `mien: ${name}` : `${Math.floor(100 * progress.part)} % ${name}`;
  if (stage.kind === 'training') showFigures(stage.figures);
  showCurve(losses);
}

function progressOf(stage) {
  if (stage.kind === 'training') {
    const { trainedS, goalS } = stage.figures;
    return { title: 'Training', part: trainedS / goalS, words: `${clock(trainedS)} of ${clock(goalS)}` };
  }
  const title = stage.doing.charAt(0).toUpperCase() + stage.doing.slice(1);
  if (stage.total === null) return { title, part: null, words: stage.done === 0 ? '' : String(stage.done) };
  return { title, part: stage.done / Math.max(1, stage.total), words: `${stage.done} of ${stage.total}` };
}

function showFigures({ loss, step, imagesPerSecond, trainedS, goalS }) {
  $('loss').textContent = loss === null ? '–' : loss.toFixed(4);
  $('step').textContent = step.toLocaleString('en');
  $('speed').textContent = imagesPerSecond === null ? '–' : imagesPerSecond.toFixed(0);
  $('left').textContent = clock(Math.max(0, goalS - trainedS));
}

/** On a logarithmic scale: the loss falls fast at first and goes on falling for long. */
function showCurve(losses) {
  const logs = losses.filter((loss) => loss > 0).map(Math.log);
  $('loss-panel').hidden = logs.length < 2;
  if (logs.length < 2) return;
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const { width, height, margin } = chart;
  const points = logs.map((log, at) => {
    const x = (at / (logs.length - 1)) * width;
    const y = margin + (1 - (log - low) / (high - low || 1)) * (height - 2 * margin);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  $('curve').setAttribute('points', points.join(' '));
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
