import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { run } from './commands.mjs';
import { until } from './waiting.mjs';

// vivid as a webcam that can be pulled out and made to fail.

export const VIVID = '/dev/video0';
const DRIVER = '/sys/bus/platform/drivers/vivid';
const DEVICE = 'vivid.0';
const NODES = '/sys/class/video4linux';

export function unplug() {
  writeFileSync(`${DRIVER}/unbind`, DEVICE);
}

/** @returns {Promise<string>} its node: another one than before if a program still has the old one open */
export async function plug() {
  writeFileSync(`${DRIVER}/bind`, DEVICE);
  return until('vivid is there', nodeOfVivid);
}

function nodeOfVivid() {
  const isVivid = (name) => readFileSync(`${NODES}/${name}/name`, 'utf8').startsWith('vivid');
  const name = readdirSync(NODES).find(isVivid);
  return name !== undefined && existsSync(`/dev/${name}`) ? `/dev/${name}` : null;
}

/**
 * Sets controls; of a button, any value presses it.
 *
 * @param {Record<string, number>} controls
 */
export async function setControls(controls) {
  const pairs = Object.entries(controls).map(([name, value]) => `${name}=${value}`);
  await run('v4l2-ctl', ['-d', VIVID, `--set-ctrl=${pairs.join(',')}`]);
}
