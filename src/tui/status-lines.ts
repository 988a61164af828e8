import type { LiveSettings } from '../config/settings.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { cellWidth, clip, wrap } from './cell-width.js';
import type { DashboardState, Message, Severity } from './dashboard-state.js';
import { clockTime, dropShare, figure } from './figures.js';
import type { Glyphs } from './glyphs.js';
import { sourceWords } from './source-words.js';
import { type Span, type Style, type StyledLine, span, spread } from './styled-line.js';

/** Snapshots come five times a second; this long without one, something hangs. */
const STALLED_AFTER_S = 2;

const LABEL_CELLS = 11;

/** A row that begins with what it is about. */
function labelled(label: string, ...spans: readonly Span[]): StyledLine {
  return [span(` ${label.padEnd(LABEL_CELLS)}`, 'dim'), ...spans];
}

/** The first line: name and state at the left, recording and running time at the right. */
export function headerLine(state: DashboardState, width: number, glyphs: Glyphs): StyledLine {
  const left = [span(' mien ', 'title'), span(' '), stateSpan(state)];
  const up = state.telemetry ? [span(`up ${clockTime(state.telemetry.uptimeS)} `, 'dim')] : [];
  return spread(left, [...recordingSpans(state, glyphs), ...up], width);
}

/** The header where there is no room for more than the state. */
export function tinyHeader(state: DashboardState, glyphs: Glyphs): StyledLine {
  return [...recordingSpans(state, glyphs), stateSpan(state)];
}

function recordingSpans({ recording }: DashboardState, glyphs: Glyphs): StyledLine {
  return recording ? [span(`${glyphs.record} rec ${clockTime(recording.seconds)}  `, 'over')] : [];
}

function stateSpan({ phase, telemetry, silentS }: DashboardState): Span {
  if (phase.kind === 'stopping') return span('stopping', 'near');
  if (phase.kind === 'starting' || telemetry === null) return span('starting', 'near');
  if (silentS > STALLED_AFTER_S) return span(`no news for ${Math.floor(silentS)} s`, 'over');
  if (telemetry.settings.paused) return span('paused: a card is shown', 'near');
  const { text, style } = sourceWords(telemetry.source.status);
  return span(text, style);
}

/** Source, rates and drops: on one line where they fit, else on two. */
export function sourceLines(telemetry: Telemetry, width: number, glyphs: Glyphs): StyledLine[] {
  const { source, frames } = telemetry;
  const rate = (fps: number): string => figure(fps, 1, glyphs.nothing).padStart(4);
  const fpsOutStyle: Style = telemetry.fpsOut < 0.9 * telemetry.fpsIn ? 'near' : 'strong';
  const rates = [
    span('in ', 'dim'),
    span(rate(telemetry.fpsIn), 'strong'),
    span('  out ', 'dim'),
    span(rate(telemetry.fpsOut), fpsOutStyle),
    span(' fps', 'dim'),
    span('  dropped ', 'dim'),
    span(`${frames.dropped} (${dropShare(frames.dropped, frames.captured)}) `, frames.dropped > 0 ? 'plain' : 'dim'),
  ];
  const size = ` ${source.width}${glyphs.times}${source.height} at ${figure(source.fps, 0, glyphs.nothing)}`;
  const room = width - 2 - cellWidth(size);
  const nameOnOwnLine = [span(` ${clip(source.name, room, glyphs.ellipsis)}`, 'strong'), span(size)];
  const oneLine = spread(nameOnOwnLine, rates, width);
  return oneLine === nameOnOwnLine ? [nameOnOwnLine, [span(' '), ...rates]] : [oneLine];
}

/** What the tracker sees. */
export function faceLine({ face }: Telemetry): StyledLine {
  if (face.kind === 'off') return labelled('face', span('not looked for: nothing is done to it'));
  if (face.kind === 'none') return labelled('face', span('none in view', 'near'));
  const sure = figure(100 * face.presence, 0, '?');
  return labelled('face', span('tracked', 'good'), span(`, ${sure} % sure, ${figure(face.widthPx, 0, '?')} px wide`));
}

/** The avatar: its name, whether it is worn, and to which day its consent reaches; or why it is not worn. */
export function avatarLines({ avatar }: Telemetry, width: number): StyledLine[] {
  if (avatar.kind === 'off') return [labelled('avatar', span('being chosen', 'near'))];
  if (avatar.kind === 'refused') {
    return [labelled('avatar', span('not worn: a card is shown', 'over')), ...wrapped(avatar.reason, width)];
  }
  const { name, until, wear } = avatar;
  const consent = until === null ? [] : [span(`  consent until ${until.slice(0, 10)}`, 'dim')];
  if (wear.kind === 'worn') {
    return [labelled('avatar', span(name, 'strong'), span('  worn', 'good'), ...consent)];
  }
  const shown = wear.shows === 'last' ? '  held for a moment' : '  a card is shown';
  const hint =
    wear.reason === 'other faces' ? [span('  press ', 'dim'), span('i', 'accent'), span(' if it is you', 'dim')] : [];
  return [
    labelled('avatar', span(name, 'strong'), span(shown, 'near'), ...consent),
    [span(` ${' '.repeat(LABEL_CELLS)}`), span(wear.words, 'near'), ...hint],
  ];
}

/** Words on as many lines as they need, beneath a label. */
function wrapped(words: string, width: number): StyledLine[] {
  const indent = ' '.repeat(LABEL_CELLS + 1);
  return wrap(words, Math.max(1, width - indent.length)).map((part) => [span(indent), span(part)]);
}

/** The effect, and its strength as a slider. */
export function effectLine(settings: LiveSettings, width: number, glyphs: Glyphs): StyledLine {
  const isOn = settings.effect !== 'none';
  const cells = Math.max(8, Math.min(41, width - 40));
  const knob = Math.round((settings.strength / 100) * (cells - 1));
  return labelled(
    'effect',
    span((isOn ? settings.effect : 'off').padEnd(9), isOn ? 'good' : 'dim'),
    span(' '),
    span(glyphs.sliderOn.repeat(knob), isOn ? 'accent' : 'dim'),
    span(glyphs.knob, isOn ? 'accent' : 'dim'),
    span(glyphs.sliderOff.repeat(cells - 1 - knob), 'dim'),
    span(figure(settings.strength, 0, glyphs.nothing).padStart(5), isOn ? 'strong' : 'dim'),
  );
}

/** The switches, each with its state as a word. */
export function pictureLine(settings: LiveSettings): StyledLine {
  const state = (name: string, isOn: boolean, style: Style): Span[] => [
    span(`${name} `, 'dim'),
    span((isOn ? 'on' : 'off').padEnd(6), isOn ? style : 'dim'),
  ];
  return labelled(
    'picture',
    ...state('mirror', settings.mirror, 'accent'),
    ...state('split', settings.split, 'accent'),
    ...state('pause', settings.paused, 'near'),
  );
}

/** What running costs, and what the sinks have written. */
export function loadLine(telemetry: Telemetry, glyphs: Glyphs): StyledLine {
  return labelled(
    'load',
    span('CPU ', 'dim'),
    span(figure(telemetry.cpuPercent, 0, glyphs.nothing), 'strong'),
    span(' % of a core', 'plain'),
    span(`  ${glyphs.dot}  memory `, 'dim'),
    span(figure(telemetry.rssMb, 0, glyphs.nothing), 'strong'),
    span(' MB', 'plain'),
  );
}

/** Each sink with its counts and watchers; a sink that was too slow for some frames says for how many. */
export function sinksLine({ sinks }: Telemetry, glyphs: Glyphs): StyledLine {
  const told = sinks.flatMap(({ kind, name, written, dropped, watchers }, at): Span[] => [
    ...(at > 0 ? [span(`  ${glyphs.dot}  `, 'dim')] : []),
    span(`${name} ${written}`),
    ...(kind !== 'preview' && watchers !== null
      ? [span(watchers > 0 ? `, watched by ${watchers}` : ', unwatched', watchers > 0 ? 'good' : 'dim')]
      : []),
    ...(dropped > 0 ? [span(`, too slow for ${dropped}`, 'near')] : []),
  ]);
  return labelled('written', ...(told.length > 0 ? told : [span('nowhere', 'near')]));
}

/** The file being recorded to; the end of a long path says more than its beginning. */
export function recordingLine(path: string, width: number, glyphs: Glyphs): StyledLine {
  const room = width - LABEL_CELLS - 2;
  const isLong = cellWidth(path) > room && path.includes('/');
  const short = isLong ? `${glyphs.ellipsis}/${path.slice(path.lastIndexOf('/') + 1)}` : path;
  return labelled('recording', span(short));
}

/** The preview page's address, whole: over several lines where it must be, for a cut address opens nothing. */
export function pageLines(url: string, width: number): StyledLine[] {
  if (cellWidth(url) <= width - LABEL_CELLS - 1) return [labelled('page', span(url, 'accent'))];
  return wrap(url, width).map((part) => [span(part, 'accent')]);
}

const SEVERITIES: Record<Severity, { readonly style: Style; readonly word: string }> = {
  info: { style: 'plain', word: '' },
  warning: { style: 'near', word: 'warning: ' },
  error: { style: 'over', word: 'error: ' },
};

/** A message with its time of day, on as many lines as it needs, at most `maxLines`. */
export function messageLines(message: Message, width: number, maxLines: number): StyledLine[] {
  const { style, word } = SEVERITIES[message.severity];
  const time = ` ${message.time.toTimeString().slice(0, 8)}  `;
  const parts = wrap(word + message.text, Math.max(1, width - time.length));
  const kept = [
    ...parts.slice(0, maxLines - 1),
    ...(parts.length >= maxLines ? [parts.slice(maxLines - 1).join(' ')] : []),
  ];
  return kept.map((part, at) => [span(at === 0 ? time : ' '.repeat(time.length), 'dim'), span(part, style)]);
}
