import { type Command, InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import { Config, type ConfigInput, type ConfigKey } from '../config/config.js';
import { loadConfig, toFlag } from '../config/load-config.js';

interface Described {
  readonly type: string;
  readonly values: readonly string[];
  readonly defaultValue: unknown;
}

/** What stands for the value of a flag in its help. */
const PLACEHOLDERS: Partial<Record<ConfigKey, string>> = {
  source: 'source',
  camera: 'camera',
  output: 'output',
  size: 'WxH',
  record: 'file',
};

/**
 * Adds `--config` and a flag for each of these keys of the config schema, its help and limits taken from there.
 *
 * @param helps - the help of flags that mean something of their own in this command.
 */
export function addConfigOptions(
  command: Command,
  keys: readonly ConfigKey[],
  helps: Partial<Record<ConfigKey, string>> = {},
): Command {
  command.option(
    '--config <file>',
    'read options from this file (default: ~/.config/mien/config.json if there is one)',
  );
  for (const key of keys) {
    const { type, values, defaultValue } = describe(Config.shape[key]);
    const help = helps[key] ?? Config.shape[key].description ?? '';
    const shown =
      typeof defaultValue === 'boolean' || defaultValue === undefined ? help : `${help} (default: ${defaultValue})`;
    const flag = toFlag(key);
    switch (type) {
      case 'boolean':
        // Both forms, so that a flag can always undo the config file; help shows the one that changes the default.
        command.addOption(new Option(`--${flag}`, help).hideHelp(defaultValue === true));
        command.addOption(new Option(`--no-${flag}`, `do not ${help}`).hideHelp(defaultValue !== true));
        break;
      case 'number':
        command.addOption(new Option(`--${flag} <number>`, shown).argParser(parseNumber));
        break;
      case 'enum':
        command.addOption(new Option(`--${flag} <${values.join('|')}>`, shown));
        break;
      case 'record':
        command.addOption(new Option(`--${flag} <name=value>`, shown).argParser(collectPair));
        break;
      default:
        command.addOption(new Option(`--${flag} <${PLACEHOLDERS[key] ?? 'value'}>`, shown));
    }
  }
  return command;
}

/** The config in force for a parsed command: only flags that the user typed override the file. @throws UserError. */
export function configOf(command: Command, keys: readonly ConfigKey[], overrides: ConfigInput = {}): Config {
  const flags: ConfigInput = {};
  for (const key of keys) {
    if (command.getOptionValueSource(key) === 'cli') flags[key] = command.getOptionValue(key);
  }
  const file: string | undefined = command.getOptionValue('config');
  return loadConfig(file ?? null, { ...flags, ...overrides });
}

function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw new InvalidArgumentError('It is not a number.');
  return value;
}

/** `--control brightness=140 --control focus_auto=false`: pairs, numbers and booleans told from words. */
function collectPair(text: string, before: Record<string, unknown> | undefined): Record<string, unknown> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected name=value, such as brightness=140.');
  const word = text.slice(at + 1).trim();
  const number = Number(word);
  const value =
    word === 'true' || word === 'false' ? word === 'true' : word === '' || Number.isNaN(number) ? word : number;
  return { ...before, [text.slice(0, at).trim()]: value };
}

/** What a schema under its defaults and optionals is. */
function describe(schema: z.ZodType): Described {
  let inner = schema.def as { type: string; innerType?: z.ZodType; defaultValue?: unknown; entries?: object };
  let defaultValue: unknown;
  while (inner.innerType) {
    if (inner.type === 'default') defaultValue = inner.defaultValue;
    inner = inner.innerType.def as typeof inner;
  }
  return { type: inner.type, values: Object.keys(inner.entries ?? {}), defaultValue };
}
