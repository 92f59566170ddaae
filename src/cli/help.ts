import type { Command, CommandOption, CommandOptions } from './command.ts';
import { commandGroups } from './command-table.ts';
import { type FoundCommand, findCommand } from './find-command.ts';
import { clusterOptions, helpOption } from './global-options.ts';

/** Width of the overview: a terminal of the oldest kind. */
const screenColumns = 80;

/**
 * The list of commands, or the explanation of one.
 *
 * @param path `['ipam', 'show']`
 * @param program as messages name it
 * @throws WeftError CLI_USAGE when there is no such command
 */
export function helpText(path: readonly string[] = [], program = 'weft'): string {
  return path.length === 0 ? overview(program) : explain(findCommand(path, program), program);
}

/** Fits on a screen of 24 lines. */
function overview(program: string): string {
  const lines = [`${program}: a Kubernetes network that can explain every packet`, ''];
  for (const { title, commands } of commandGroups) {
    lines.push(`${title}:`, ...twoColumns(commands.filter(({ hidden }) => hidden !== true)));
  }
  lines.push('', `Options and examples of one: ${program} help COMMAND [SUB-COMMAND]`);
  return `${lines.join('\n')}\n`;
}

function twoColumns(commands: readonly Command[]): string[] {
  const width = screenColumns / 2;
  const cells = commands.map(({ name, summary }) => `  ${name.padEnd(13)} ${summary}`);
  const half = Math.ceil(cells.length / 2);
  return cells.slice(0, half).map((left, row) => `${left.padEnd(width)}${cells[half + row] ?? ''}`.trimEnd());
}

function explain({ command, path }: FoundCommand, program: string): string {
  const own = command.description ?? `${command.summary}.`;
  const sections = [`Usage: ${program} ${command.usage}`, own];
  const commands = (command.commands ?? []).filter(({ hidden }) => hidden !== true);
  if (commands.length > 0) {
    const rows = commands.map(({ name, summary }) => [`${program} ${path.join(' ')} ${name}`, summary] as const);
    sections.push(`Commands:\n${columns(rows)}`, `Explain one: ${program} help ${path.join(' ')} COMMAND`);
    return `${sections.join('\n\n')}\n`;
  }
  const shared = command.local === true ? helpOption : { ...clusterOptions, ...helpOption };
  const rows = [...optionRows(command.options ?? {}), ...optionRows(withoutNames(shared, command.options))];
  sections.push(`Options:\n${columns(rows)}`);
  const examples = (command.examples ?? []).map(([line, meaning]) => [`${program} ${line}`, meaning] as const);
  if (examples.length > 0) sections.push(`Examples:\n${columns(examples)}`);
  return `${sections.join('\n\n')}\n`;
}

function withoutNames(options: CommandOptions, names: CommandOptions = {}): CommandOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !Object.hasOwn(names, name)));
}

function optionRows(options: CommandOptions): (readonly [string, string])[] {
  return Object.entries(options)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name, option]) => [optionSpelling(name, option), option.help] as const);
}

/** `-A, -a, --all-namespaces`, `-o, --output FORMAT`. */
export function optionSpelling(name: string, { short, aliases = [], value }: CommandOption): string {
  const letters = [short, ...aliases].filter((letter) => letter?.length === 1).map((letter) => `-${letter}`);
  return `${[...letters, `--${name}`].join(', ')}${value === undefined ? '' : ` ${value}`}`;
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`).join('\n');
}
