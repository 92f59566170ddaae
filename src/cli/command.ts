import type { ParseArgsOptionsConfig } from 'node:util';
import type { HttpCluster } from '../datastore/http-cluster.ts';

/** The world as a command sees it; tests give their own. */
export interface CommandIo {
  /** Data. */
  out(text: string): void;
  /** Talk: everything a person reads and no program parses. */
  err(text: string): void;
  readInput(): Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The values of options, by their long name. */
export type OptionValues = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** What a command gets. */
export interface CommandInput {
  /** Arguments that are not options, behind the command's name. */
  readonly args: readonly string[];
  readonly options: OptionValues;
  readonly io: CommandIo;
  /** The cluster the options name. Found on first use. */
  connect(): Promise<HttpCluster>;
}

/** A file of this folder that implements a command; resolves with the exit status. */
export interface CommandModule {
  run(input: CommandInput): Promise<number>;
}

/** One line of the command table, from which dispatch and help are made. */
export interface Command {
  readonly name: string;
  /** Behind `weft`: `get KIND [NAME...] [-n NS|-A]`. */
  readonly usage: string;
  readonly summary: string;
  readonly options?: ParseArgsOptionsConfig;
  /** Explanation of options: `['-o, --output FORMAT', 'yaml, json, ...']`. */
  readonly optionHelp?: readonly (readonly [option: string, meaning: string])[];
  /** Absent: another program of this executable does it (see main.ts), or there is nothing to load. */
  readonly load?: () => Promise<CommandModule>;
}

/** The text of an option; `undefined` when it was not given. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** True when a flag was given. */
export function flag(options: OptionValues, name: string): boolean {
  return options[name] === true;
}
