import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { UserError } from '../errors.js';
import { Config, type ConfigInput, type ConfigKey } from './config.js';
import { nearest } from './nearest.js';

/** Where the config file lies unless `--config` names another: $XDG_CONFIG_HOME/mien/config.json. */
export function defaultConfigPath(env: NodeJS.ProcessEnv = process.env): string {
  return join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'mien', 'config.json');
}

/**
 * The config in force: defaults, then the file, then the flags.
 *
 * @param path - the file; null for the default one, which may be missing.
 * @throws UserError CONFIG_INVALID naming the key, what was found and what was expected.
 */
export function loadConfig(path: string | null, flags: ConfigInput): Config {
  const file = path ?? defaultConfigPath();
  const fromFile = path !== null || existsSync(file) ? readConfigFile(file) : {};
  parseConfig(fromFile, (key) => `"${key}" in ${file}`);
  return parseConfig({ ...fromFile, ...flags }, (key) => `--${toFlag(key)}`);
}

/** `previewPort` → `preview-port`: the flag of a key. */
export function toFlag(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function readConfigFile(file: string): ConfigInput {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : (error as Error).message;
    throw new UserError(
      'CONFIG_INVALID',
      `The config file ${file} cannot be read: it ${reason}.`,
      'Name a file that you can read, or leave out --config.',
      {
        cause: error,
      },
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(
      'CONFIG_INVALID',
      `The config file ${file} is not JSON: ${(error as Error).message}.`,
      'Mend it, for example: {"strength": 40, "mirror": true}',
      { cause: error },
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(
      'CONFIG_INVALID',
      `The config file ${file} holds ${Array.isArray(value) ? 'a list' : JSON.stringify(value)}, expected an object.`,
      'Mend it, for example: {"strength": 40, "mirror": true}',
    );
  }
  return value as ConfigInput;
}

/** Checks values against the schema. `nameOf` says how the user wrote a key. @throws UserError CONFIG_INVALID. */
export function parseConfig(values: ConfigInput, nameOf: (key: string) => string): Config {
  const result = Config.safeParse(values);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const suggestion = nearest(key, Object.keys(Config.shape));
    throw new UserError(
      'CONFIG_INVALID',
      `${nameOf(key)} is not an option of mien.`,
      suggestion ? `Did you mean "${suggestion}"?` : `The options are: ${Object.keys(Config.shape).join(', ')}.`,
    );
  }
  const key = String(issue.path[0]) as ConfigKey;
  throw new UserError(
    'CONFIG_INVALID',
    `${nameOf(key)} is ${JSON.stringify(values[key])}: ${describeIssue(issue)}.`,
    `Give ${nameOf(key)} a value that fits: ${Config.shape[key].description}.`,
  );
}

/** What the schema's words for kinds of values are in JSON. */
const KINDS: Readonly<Record<string, string>> = { int: 'a whole number', record: 'an object of names and values' };

function describeIssue(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `expected one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.origin === 'string' ? 'expected some text' : `expected ${issue.minimum} or more`;
    case 'too_big':
      return `expected ${issue.maximum} or less`;
    case 'invalid_type':
      return `expected ${KINDS[issue.expected] ?? `a ${issue.expected}`}`;
    default:
      return issue.message;
  }
}
