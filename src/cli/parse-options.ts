import type { ParseArgsOptionsConfig } from 'node:util';
import { errorText } from '../base/errors.ts';
import type { Command, CommandOptions, OptionValues } from './command.ts';
import { clusterOptions, helpOption, leadingOptions } from './global-options.ts';
import { suggestion, usageError } from './usage-error.ts';

// Not `import`, which reads every export of the module, among them ones that are made when first asked for.
const { parseArgs } = process.getBuiltinModule('node:util');

/** A command line, read. */
export interface ParsedOptions {
  readonly positionals: readonly string[];
  readonly values: OptionValues;
}

/** Every option a command takes: its own first, which win over those that all commands have. */
export function optionsOf({ options, local }: Command): CommandOptions {
  return { ...options, ...(local === true ? {} : clusterOptions), ...helpOption, ...options };
}

/**
 * Reads what stands behind a command.
 *
 * @param program as messages name it
 * @throws WeftError CLI_USAGE with the nearest option when one is unknown, and the command's usage
 */
export function parseOptions(command: Command, argv: readonly string[], program = 'weft'): ParsedOptions {
  const options = optionsOf(command);
  try {
    const { positionals, values } = parseArgs({
      args: spelledForParser(argv, options),
      options: parserOptions(options),
      allowPositionals: true,
      strict: true,
    });
    return { positionals, values: withoutAliases(values as OptionValues, options) };
  } catch (error) {
    throw usageError(`${problemOf(error, options)}; usage: ${program} ${command.usage}`);
  }
}

/**
 * Takes the options that stand before the command: `weft --context lab get pods`.
 *
 * @returns these options, in a form that may follow a command, and the rest, beginning with the command
 * @throws WeftError CLI_USAGE
 */
export function splitLeadingOptions(argv: readonly string[]): { leading: readonly string[]; rest: readonly string[] } {
  const leading: string[] = [];
  let index = 0;
  for (; argv[index]?.startsWith('-') === true; index++) {
    const word = argv[index] ?? '';
    const [spelling = '', ...inline] = word.split('=');
    const name = longName(spelling);
    if (name === undefined) break;
    const value = inline.length > 0 ? inline.join('=') : leadingOptions[name]?.value && argv[++index];
    leading.push(value === undefined ? `--${name}` : `--${name}=${value}`);
  }
  const next = argv[index];
  if (next?.startsWith('-') === true && !['-h', '--help', '--version', '-v'].includes(next)) {
    const names = Object.keys(leadingOptions).map((name) => `--${name}`);
    throw usageError(`Unknown option "${next}" before the command${suggestion(next, names)}`);
  }
  return { leading, rest: argv.slice(index) };
}

function longName(spelling: string): string | undefined {
  return Object.keys(leadingOptions).find(
    (name) => spelling === `--${name}` || spelling === `-${leadingOptions[name]?.short}`,
  );
}

/** kubectl's and calicoctl's spellings that parseArgs does not know: `-o=yaml`, `--export=true`, `--export=false`. */
function spelledForParser(argv: readonly string[], options: CommandOptions): string[] {
  const config = parserOptions(options);
  const end = argv.indexOf('--');
  return argv.flatMap((word, index) => {
    const [, dashes = '', name = '', value = ''] = /^(--?)([^-=][^=]*)=(.*)$/s.exec(word) ?? [];
    if (name === '' || (end !== -1 && index > end)) return [word];
    const option = dashes === '--' ? config[name] : Object.values(config).find(({ short }) => short === name);
    if (option?.type === 'string')
      return dashes === '--' ? [word] : value === '' ? [`-${name}`, ''] : [`-${name}${value}`];
    if (option?.type !== 'boolean' || !['true', 'false'].includes(value)) return [word];
    return value === 'true' ? [`${dashes}${name}`] : [];
  });
}

function parserOptions(options: CommandOptions): ParseArgsOptionsConfig {
  const config: ParseArgsOptionsConfig = {};
  for (const [name, { short, aliases = [], value, multiple = false }] of Object.entries(options)) {
    const type = value === undefined ? 'boolean' : 'string';
    config[name] = { type, multiple, ...(short === undefined ? {} : { short }) };
    for (const alias of aliases) {
      config[aliasKey(alias)] = { type, multiple, ...(alias.length === 1 ? { short: alias } : {}) };
    }
  }
  return config;
}

/** parseArgs knows one letter for each option: another one belongs to an option that nobody can spell. */
function aliasKey(alias: string): string {
  return alias.length === 1 ? `(${alias})` : alias;
}

function withoutAliases(values: OptionValues, options: CommandOptions): OptionValues {
  const merged: Record<string, OptionValues[string]> = { ...values };
  for (const [name, { aliases = [] }] of Object.entries(options)) {
    for (const key of aliases.map(aliasKey)) {
      const value = merged[key];
      delete merged[key];
      const before = merged[name];
      if (value === undefined) continue;
      merged[name] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
    }
  }
  return merged;
}

function problemOf(error: unknown, options: CommandOptions): string {
  const text = errorText(error);
  if (!text.startsWith('Unknown option')) return (text.split('. ')[0] ?? '').replace(/\.$/, '');
  const typed = /'(--?[^' ]+)/.exec(text)?.[1] ?? '';
  const names = Object.keys(options).filter((name) => options[name]?.hidden !== true);
  return `Unknown option "${typed}"${suggestion(
    typed,
    names.map((name) => `--${name}`),
  )}`;
}
