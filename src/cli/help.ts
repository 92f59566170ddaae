import { clusterOptionHelp, commandTable } from './command-table.ts';
import { suggestion, usageError } from './usage-error.ts';

/**
 * The list of commands, or the explanation of one.
 *
 * @throws WeftError CLI_USAGE when there is no such command
 */
export function helpText(name?: string): string {
  if (name === undefined) {
    const lines = columns(commandTable.map(({ name: command, summary }) => [command, summary]));
    return `weft: a Kubernetes network that can explain every packet\n\nCommands:\n${lines}\nExplain one: weft help COMMAND\n`;
  }
  const command = commandTable.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const names = commandTable.map((candidate) => candidate.name);
    throw usageError(`Unknown command "${name}"${suggestion(name, names) || ', see "weft help"'}`);
  }
  const usage = `Usage: weft ${command.usage}\n\n${command.summary}.\n`;
  // Commands without `load` are programs of their own and explain their options themselves.
  if (command.load === undefined) return usage;
  return `${usage}\nOptions:\n${columns([...(command.optionHelp ?? []), ...clusterOptionHelp])}`;
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}\n`).join('');
}
