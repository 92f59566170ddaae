import type { Command } from './command.ts';
import { suggestion, usageError } from './usage-error.ts';

/** A command and the words it was found by: `['ipam', 'show']`. */
export interface FoundCommand {
  readonly command: Command;
  readonly path: readonly string[];
  /** What stands behind these words. */
  readonly rest: readonly string[];
}

/**
 * The command that `words` begin with, sub-commands included.
 *
 * @param table every command
 * @param program as messages name it
 * @throws WeftError CLI_USAGE when there is none of this name, with the nearest one
 */
export function findCommand(words: readonly string[], table: readonly Command[], program = 'weft'): FoundCommand {
  const path: string[] = [];
  let commands = table;
  let rest = words;
  for (;;) {
    const [word = '', ...behind] = rest;
    const command = commands.find(({ name }) => name === word);
    if (command === undefined) throw unknown(path, word, commands, program);
    path.push(word);
    rest = behind;
    const next = behind[0];
    // `weft ipam`, `weft ipam --help`: the command itself.
    if (command.commands === undefined || next === undefined || next.startsWith('-')) return { command, path, rest };
    commands = command.commands;
  }
}

function unknown(path: readonly string[], word: string, commands: readonly Command[], program: string): Error {
  const names = commands.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
  const what = [...path, 'command'].join(' ');
  const help = [program, 'help', ...path].join(' ');
  return usageError(`Unknown ${what} "${word}"${suggestion(word, names) || `, see "${help}"`}`);
}
