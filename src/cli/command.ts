import type { HttpCluster } from '../datastore/http-cluster.ts';

/** The world as a command sees it; tests give their own. */
export interface CommandIo {
  /** Data. */
  out(text: string): void;
  /** Talk: everything a person reads and no program parses. */
  err(text: string): void;
  readInput(): Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What this program was called as: `weft` when absent, `calicoctl`, `kubectl weft`. Usage and help name it. */
  readonly program?: string | undefined;
  /** Ends a command that goes on until it is ended, such as a watch. */
  readonly signal?: AbortSignal | undefined;
  /** Data may be coloured: standard output is a terminal, and nobody has set NO_COLOR. */
  readonly color?: boolean;
}

/** The values of options, by their long name. */
export type OptionValues = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** What a command gets. */
export interface CommandInput {
  /** Arguments that are not options, behind the command's name. */
  readonly args: readonly string[];
  /** See {@link Command.usage}, with the program's name. */
  readonly usage: string;
  /** Every command of this program. */
  readonly commands: readonly Command[];
  readonly options: OptionValues;
  readonly io: CommandIo;
  /** The cluster the options name. Found on first use. */
  connect(): Promise<HttpCluster>;
}

/** A file of this folder that implements a command; resolves with the exit status. */
export interface CommandModule {
  run(input: CommandInput): Promise<number>;
}

/**
 * What the shell offers for an argument or the value of an option: words, or something that is looked up. `resource`
 * is a name of the kind that stands before it.
 */
export type Completion =
  | 'command'
  | 'context'
  | 'file'
  | 'kind'
  | 'namespace'
  | 'node'
  | 'resource'
  | readonly string[];

/** One option, known by its long name in {@link Command.options}. */
export interface CommandOption {
  /** `o` of `-o`. */
  readonly short?: string;
  /** Other names, long or of one letter. */
  readonly aliases?: readonly string[];
  /** The place-holder of its value, in capitals; absent for a flag. */
  readonly value?: string;
  readonly multiple?: boolean;
  readonly help: string;
  /** Taken but not shown: what calicoctl has and this program needs not. */
  readonly hidden?: boolean;
  readonly complete?: Completion;
}

/** Options by their long name. */
export type CommandOptions = Readonly<Record<string, CommandOption>>;

/** A command line people really type, behind the program's name, and what it does. */
export type Example = readonly [line: string, meaning: string];

/** One entry of the command table, from which dispatch, help, completion and docs/cli.md are made. */
export interface Command {
  readonly name: string;
  /** Behind the program's name: `get KIND [NAME...] [-n NS|-A]`, `ipam show [--ip IP]`. */
  readonly usage: string;
  /** For the overview: at most 25 characters. */
  readonly summary: string;
  /** Whole sentences, for the help of the command. */
  readonly description?: string;
  readonly options?: CommandOptions;
  /** What the arguments are; the last one stands for all that follow. */
  readonly args?: readonly Completion[];
  readonly examples?: readonly Example[];
  /** Sub-commands: `show` of `ipam`. */
  readonly commands?: readonly Command[];
  /** Talks to no cluster: the options that choose one are not taken. */
  readonly local?: boolean;
  /** Left out of help and completion. */
  readonly hidden?: boolean;
  /** Gets every word behind its name as an argument, options and all. */
  readonly verbatim?: boolean;
  /** Absent: another program of this executable does it (see main.ts), or there are only sub-commands. */
  readonly load?: () => Promise<CommandModule>;
}

/** The text of an option; `undefined` when it was not given. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** Every text of an option that may be given several times. */
export function textOptions(options: OptionValues, name: string): readonly string[] {
  const value = options[name];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}

/** True when a flag was given. */
export function flag(options: OptionValues, name: string): boolean {
  return options[name] === true;
}
