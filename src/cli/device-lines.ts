import type { ChosenMode, ModeWish } from '../capture/v4l2/choose-mode.js';
import type { CameraControl } from '../capture/v4l2/controls.js';
import type { CameraMode } from '../capture/v4l2/modes.js';
import { describeHolders } from '../system/device-holders.js';
import type { UnreadableDevice } from '../system/v4l2/list-devices.js';
import type { CameraReport, DeviceReport, LoopbackReport } from './device-report.js';

const WIDTH = 96;
const INDENT = '     ';

/** What `mien devices` prints, line by line. */
export function deviceLines(report: DeviceReport): string[] {
  const { cameras, virtualCameras, loopbackVersion, pipewire, unreadable, wish } = report;
  const module = moduleLine(loopbackVersion, virtualCameras.length > 0);
  const lines = ['Webcams', ...orNone(cameras.flatMap((camera) => cameraLines(camera, wish)))];
  lines.push('', `Virtual cameras (${module})`, ...orNone(virtualCameras.flatMap(loopbackLines)));
  lines.push('', 'PipeWire');
  if (pipewire.kind === 'ready') lines.push('  ready: mien can be a camera for browsers through it');
  else lines.push(`  ${pipewire.reason}`, `${INDENT}${pipewire.remedy}`);
  if (unreadable.length > 0) lines.push('', 'Cannot be opened', ...unreadable.map(unreadableLine));
  return lines;
}

/** Modules tell their version since 0.13. */
function moduleLine(version: string | null, isLoaded: boolean): string {
  if (version !== null) return `v4l2loopback ${version}`;
  return isLoaded ? 'v4l2loopback, older than 0.13' : 'v4l2loopback is not loaded';
}

function orNone(lines: readonly string[]): readonly string[] {
  return lines.length > 0 ? lines : ['  none'];
}

function cameraLines({ index, name, path, driver, holders, modes, chosen, controls }: CameraReport, wish: ModeWish) {
  return [
    `  ${index}  ${name}  ${path}, driver ${driver}${usedBy(holders)}`,
    ...modeLines(modes),
    `${INDENT}${choiceLine(chosen, wish)}`,
    ...(controls ?? []).flatMap(controlLines),
  ];
}

function usedBy(holders: LoopbackReport['holders']): string {
  const who = describeHolders(holders);
  return who === null ? '' : `, used by ${who}`;
}

/**
 * One line for each format and set of rates: "YUYV  640x480, 320x240 at 30, 15". Formats that mien cannot decode are only
 * named.
 */
export function modeLines(modes: readonly CameraMode[]): string[] {
  const groups = new Map<string, { pixels: string; rates: string; sizes: string[] }>();
  for (const { pixels, isReadable, width, height, rates } of modes) {
    if (!isReadable) continue;
    const told = rates.length === 0 ? '' : ` at ${rates.join(', ')} fps`;
    const group = groups.get(pixels + told) ?? { pixels, rates: told, sizes: [] };
    group.sizes.push(`${width}x${height}`);
    groups.set(pixels + told, group);
  }
  const lines = [...groups.values()].flatMap(({ pixels, sizes, rates }) =>
    wrapped(`${INDENT}${pixels.padEnd(4)}  `, `${sizes.join(', ')}${rates}`),
  );
  const others = [...new Set(modes.filter(({ isReadable }) => !isReadable).map(({ pixels }) => pixels))];
  if (others.length === 0) return lines;
  return [...lines, ...wrapped(`${INDENT}mien cannot read  `, others.join(', '))];
}

function choiceLine(chosen: ChosenMode | null, { width, height, fps }: ModeWish): string {
  if (chosen === null) return 'mien can read none of its formats';
  const mode = `${chosen.pixels} ${chosen.width}x${chosen.height} at ${chosen.fps} fps`;
  return `mien takes ${mode} (wanted: ${width}x${height} at ${fps} fps)`;
}

/** "brightness  128 (0 to 255, normally 128)" */
function controlLines({
  name,
  kind,
  value,
  min,
  max,
  step,
  options,
  isReadOnly,
  isInactive,
  ...control
}: CameraControl) {
  const label = (number: number | null) => options.find(({ index }) => index === number)?.label ?? String(number);
  const notes = [...(isReadOnly ? ['read only'] : []), ...(isInactive ? ['set automatically'] : [])];
  const range = {
    button: () => 'a button',
    switch: () => `0 or 1, normally ${control.default}`,
    menu: () => `${options.map((option) => `${option.index} ${option.label}`).join(', ')}; normally ${control.default}`,
    number: () => `${min} to ${max}${step > 1 ? ` in steps of ${step}` : ''}, normally ${control.default}`,
  }[kind]();
  const shown = value === null ? '' : kind === 'menu' ? `${value} ${label(value)}  ` : `${value}  `;
  return wrapped(`${INDENT}${name.padEnd(28)}  `, `${shown}(${[range, ...notes].join('; ')})`);
}

function loopbackLines({ path, label, isExclusive, holders }: LoopbackReport): string[] {
  const caps = isExclusive ? 'exclusive_caps' : 'without exclusive_caps: Chrome leaves it out';
  return [`  "${label}"  ${path}, ${caps}${usedBy(holders)}`];
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'you are not allowed to. `mien doctor` tells how to be.',
  EPERM: 'you are not allowed to. `mien doctor` tells how to be.',
  EBUSY: 'another program has it for itself. Close that program.',
  ENODEV: 'the device behind it is gone. Plug it in again.',
  ENXIO: 'the device behind it is gone. Plug it in again.',
};

function unreadableLine({ path, code }: UnreadableDevice): string {
  return `  ${path}: ${REASONS[code] ?? 'its driver refuses. Plug the device in again.'} (${code})`;
}

/** Breaks at commas, further lines below the text of the first. */
function wrapped(head: string, text: string): string[] {
  const lines: string[] = [];
  let line = head;
  for (const word of text.split(/(?<=,) /)) {
    if (line.length > head.length && line.length + word.length > WIDTH) {
      lines.push(line.trimEnd());
      line = ' '.repeat(head.length);
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
