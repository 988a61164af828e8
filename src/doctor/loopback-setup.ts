import { OWN_LABEL } from '../output/v4l2loopback/find-loopback.js';
import type { Facts, VideoNode } from './facts.js';

/** Real cameras take the low numbers as they are plugged in. */
const FIRST_NUMBER = 10;

/**
 * The module's parameters that make mien's device, those of other programs kept: "devices=1 video_nr=10 …". Lists have
 * one entry a device.
 */
export function loopbackParameters({ videoNodes }: Pick<Facts, 'videoNodes'>): string {
  const others = videoNodes.filter((node) => node.kind === 'loopback' && !isUnnamed(node));
  const devices = others.map((node) => ({ number: numberOf(node), label: harmless(node.name) }));
  if (!devices.some(({ label }) => label === OWN_LABEL))
    devices.push({ number: freeNumber(videoNodes), label: OWN_LABEL });
  const list = (values: readonly (string | number)[]) => values.join(',');
  return [
    `devices=${devices.length}`,
    `video_nr=${list(devices.map(({ number }) => number))}`,
    `exclusive_caps=${list(devices.map(() => 1))}`,
    `card_label="${list(devices.map(({ label }) => label))}"`,
  ].join(' ');
}

/** Without what a shell or the module's list of labels would take for its own: the command is run as root. */
function harmless(label: string): string {
  return label.replace(/["'`$\\,\p{Cc}]/gu, '_');
}

/** A device that nobody named is nobody's in particular: mien takes its place. */
function isUnnamed({ name }: VideoNode): boolean {
  return name === '' || /^Dummy video device/.test(name);
}

function numberOf({ path }: VideoNode): number {
  return Number(/\d+$/.exec(path)?.[0]);
}

function freeNumber(nodes: readonly VideoNode[]): number {
  const taken = new Set(nodes.filter((node) => node.kind !== 'loopback' || !isUnnamed(node)).map(numberOf));
  let number = FIRST_NUMBER;
  while (taken.has(number)) number++;
  return number;
}
