import type { Command, CommandOption } from './command.ts';
import { commandGroups, commandTable } from './command-table.ts';
import { type FoundCommand, findCommand } from './find-command.ts';
import { optionsOf } from './parse-options.ts';

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
  return path.length === 0 ? overview(program) : explain(findCommand(path, commandTable, program), program);
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
  const sections = [wrap(`Usage: ${program} ${command.usage}`, 7), paragraphs(own)];
  const commands = (command.commands ?? []).filter(({ hidden }) => hidden !== true);
  if (commands.length > 0) {
    const rows = commands.map(({ name, summary }) => [`${program} ${path.join(' ')} ${name}`, summary] as const);
    const first = commands.flatMap(({ examples = [] }) => examples.slice(0, 1));
    sections.push(`Commands:\n${columns(rows)}`, exampleSection(first, program));
    sections.push(`Explain one: ${program} help ${path.join(' ')} COMMAND`);
    return `${sections.join('\n\n')}\n`;
  }
  const options = Object.entries(optionsOf(command)).filter(([, { hidden }]) => hidden !== true);
  sections.push(`Options:\n${columns(options.map(([name, option]) => [optionSpelling(name, option), option.help]))}`);
  if (command.examples !== undefined) sections.push(exampleSection(command.examples, program));
  return `${sections.join('\n\n')}\n`;
}

function exampleSection(examples: NonNullable<Command['examples']>, program: string): string {
  return `Examples:\n${columns(examples.map(([line, meaning]) => [`${program} ${line}`, meaning]))}`;
}

/** `-A, -a, --all-namespaces`, `-o, --output FORMAT`. */
export function optionSpelling(name: string, { short, aliases = [], value }: CommandOption): string {
  const letters = [short, ...aliases].filter((letter) => letter?.length === 1).map((letter) => `-${letter}`);
  return `${[...letters, `--${name}`].join(', ')}${value === undefined ? '' : ` ${value}`}`;
}

/** Two columns; what is too long on the left has the right one below it. */
function columns(rows: readonly (readonly [string, string])[]): string {
  const widths = rows.map(([left]) => left.length).filter((length) => length <= screenColumns / 2);
  const width = Math.max(10, ...widths);
  const indent = width + 5;
  return rows
    .map(([left, right]) => {
      const text = wrap(`${' '.repeat(indent)}${right}`, indent);
      return left.length > width ? `  ${left}\n${text}` : `  ${left.padEnd(width)}   ${text.slice(indent)}`;
    })
    .join('\n');
}

/** Lines that fit on the screen; all but the first are indented. A word stays whole. */
function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\S) /)) {
    if (line !== '' && line.length + 1 + word.length > screenColumns) {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}

/** Paragraphs, whose lines are those of the screen and not of the source. */
function paragraphs(text: string): string {
  return text
    .split('\n\n')
    .map((paragraph) => wrap(paragraph.replaceAll('\n', ' '), 0))
    .join('\n\n');
}
