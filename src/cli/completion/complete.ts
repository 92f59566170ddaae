import type { Command, CommandOption, Completion } from '../command.ts';
import { leadingOptions } from '../global-options.ts';
import { optionsOf } from '../parse-options.ts';

/** Something the shell may insert, and what it is. */
export interface Candidate {
  readonly value: string;
  readonly meaning?: string;
}

/** What may stand where the cursor is: words, or names of files, which shells know how to complete themselves. */
export type Completions = 'files' | readonly Candidate[];

/**
 * Names that have to be looked up; `before` are the words before the one to complete, without the option whose value that
 * is.
 */
export type Lookup = (
  wanted: Exclude<Completion, readonly string[] | 'file' | 'command'>,
  before: readonly string[],
) => Promise<readonly string[]>;

type NamedOption = readonly [name: string, option: CommandOption];

/**
 * What may stand in place of the last word of a command line.
 *
 * @param words behind the program's name; the last one is what is typed so far, maybe ''
 * @param commands the command table
 */
export async function complete(
  words: readonly string[],
  commands: readonly Command[],
  lookup: Lookup,
): Promise<Completions> {
  const { before, current } = splitWords(words);
  const place = findPlace(before, commands);
  const inline = /^(--[^=]+)=(.*)$/s.exec(current);
  if (inline !== null) {
    const [, name = '', typed = ''] = inline;
    const found = await valuesOf(optionNamed(place.options, name)?.[1].complete, before, typed, lookup);
    return found === 'files' ? found : found.map((one) => ({ ...one, value: `${name}=${one.value}` }));
  }
  if (place.pending !== undefined) return valuesOf(place.pending[1].complete, before.slice(0, -1), current, lookup);
  if (current.startsWith('-')) return optionCandidates(place.options, current);
  if (place.commands !== undefined) return commandCandidates(place.commands, current);
  const { args = [] } = place.command ?? {};
  return valuesOf(args[Math.min(place.arguments.length, args.length - 1)], before, current, lookup);
}

/** Bash cuts words at `=`: `--output = js`. */
function splitWords(words: readonly string[]): { before: readonly string[]; current: string } {
  const last = words.at(-1) ?? '';
  const before = words.slice(0, -1).filter((word, index) => word !== '=' || !words[index - 1]?.startsWith('--'));
  return { before, current: last === '=' && before.at(-1)?.startsWith('--') === true ? '' : last };
}

/** Where on the command line somebody is. */
interface Place {
  readonly command?: Command | undefined;
  /** The names that may follow, while there are sub-commands to choose from. */
  readonly commands: readonly Command[] | undefined;
  readonly options: readonly NamedOption[];
  /** The option whose value comes next. */
  readonly pending?: NamedOption | undefined;
  readonly arguments: readonly string[];
}

function findPlace(words: readonly string[], table: readonly Command[]): Place {
  let commands: readonly Command[] | undefined = table;
  let command: Command | undefined;
  let options: readonly NamedOption[] = Object.entries(leadingOptions);
  let pending: NamedOption | undefined;
  let given: string[] = [];
  for (const word of words) {
    if (pending !== undefined) pending = undefined;
    else if (word.startsWith('-') && word !== '-') {
      const option = word.includes('=') ? undefined : optionNamed(options, word);
      pending = option?.[1].value === undefined ? undefined : option;
    } else if (commands !== undefined) {
      command = commands.find(({ name }) => name === word);
      if (command?.name === 'help') return { ...helpPlace(words, table), options: [] };
      commands = command?.commands;
      options = command === undefined ? [] : Object.entries(optionsOf(command));
      given = [];
    } else given.push(word);
  }
  return { command, commands, pending, options, arguments: given };
}

/** `weft help ipam <TAB>`: the same names as without `help`, but nothing behind them. */
function helpPlace(words: readonly string[], table: readonly Command[]): Pick<Place, 'commands' | 'arguments'> {
  let commands: readonly Command[] | undefined = table;
  for (const word of words.slice(words.indexOf('help') + 1)) {
    commands = commands?.find(({ name }) => name === word)?.commands;
  }
  return { commands: commands ?? [], arguments: [] };
}

function optionNamed(options: readonly NamedOption[], word: string): NamedOption | undefined {
  return options.find(([name, { short, aliases = [] }]) =>
    [`--${name}`, `-${short}`, ...aliases.map((alias) => (alias.length === 1 ? `-${alias}` : `--${alias}`))].includes(
      word,
    ),
  );
}

function optionCandidates(options: readonly NamedOption[], typed: string): readonly Candidate[] {
  return options
    .filter(([name, { hidden }]) => hidden !== true && `--${name}`.startsWith(typed))
    .map(([name, { help }]) => ({ value: `--${name}`, meaning: help }));
}

function commandCandidates(commands: readonly Command[], typed: string): readonly Candidate[] {
  return commands
    .filter(({ name, hidden }) => hidden !== true && name.startsWith(typed))
    .map(({ name, summary }) => ({ value: name, meaning: summary }));
}

async function valuesOf(
  wanted: Completion | undefined,
  before: readonly string[],
  typed: string,
  lookup: Lookup,
): Promise<Completions> {
  if (wanted === undefined || wanted === 'command') return [];
  if (wanted === 'file') return 'files';
  const values = typeof wanted === 'string' ? await lookup(wanted, before) : wanted;
  return values.filter((value) => value.startsWith(typed)).map((value) => ({ value }));
}
