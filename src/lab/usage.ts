import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { errorText, hasCode, WeftError } from '../base/errors.ts';

/** What `weft lab --help` prints. */
export const labUsage = `usage: weft lab COMMAND

  up [--name N] [--nodes K] [--mode ipip|vxlan|bgp|none] [--cross-subnet] [--file lab.yaml]
     [--pool-cidr CIDR] [--block-size BITS] [--ipv6] [--mtu BYTES] [--port PORT] [-o json]
                             build a cluster of network namespaces, return when its nodes are Ready and its BGP
                             sessions established; a lab.yaml can place routers of other makes (see examples/)
  down [--name N]            end it and leave nothing (--all: every lab)
  status [--name N] [-o json]   nodes, processes and pods
  list [-o json]             the labs of this machine
  exec NODE [--name N] -- CMD...   run a command on a node (or on router, external, routers of lab.yaml)
  external [--name N] -- CMD...    run a command on the client outside of the cluster
  kubeconfig [--name N]      print the kubeconfig of a lab
  demo [--name N] [up's options]   up, an example application, a check, and a look at what was built

The name is "lab" unless said otherwise.
`;

/** A command line that cannot be understood: exit status 2. */
export function usageError(why: string): WeftError {
  return new WeftError('LAB_USAGE', why);
}

/**
 * Runs a command that has a page of its own: a command line that it does not understand is answered with that page.
 *
 * @returns its exit status, 2 when it did not understand
 */
export async function orUsage(usage: string, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!hasCode(error, 'LAB_USAGE')) throw error;
    process.stderr.write(`${error.message}\n${usage}`);
    return 2;
  }
}

/** The options every command that works on one lab has. */
export const nameOption = { name: { type: 'string', default: 'lab' } } as const;

/** Options and words of a command line; the words behind `--` are the command to run. */
export interface CommandLine<T> {
  readonly values: T;
  readonly positionals: readonly string[];
  readonly command: readonly string[];
}

/**
 * Reads a command line strictly.
 *
 * @throws WeftError LAB_USAGE
 */
export function readCommandLine<const T extends ParseArgsOptionsConfig>(argv: readonly string[], options: T) {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  try {
    const { values, positionals } = parseArgs({ args: [...own], options, allowPositionals: true, strict: true });
    return { values, positionals, command: end < 0 ? [] : argv.slice(end + 1) };
  } catch (error) {
    throw usageError((errorText(error).split('. ')[0] ?? '').replace(/\.$/, ''));
  }
}

/** A whole number given as an option, `atMost` the largest that makes sense. @throws WeftError LAB_USAGE */
export function readNumber(option: string, text: string | undefined, atMost?: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text) && Number(text) <= (atMost ?? Number.MAX_SAFE_INTEGER)) return Number(text);
  throw usageError(`--${option} is "${text}", a whole number${atMost === undefined ? '' : ` up to ${atMost}`} needed`);
}

/** `-o`: only `json` exists besides the standard form. @throws WeftError LAB_USAGE */
export function readOutput(text: string | undefined): 'text' | 'json' {
  if (text === undefined) return 'text';
  if (text === 'json') return 'json';
  throw usageError(`-o is "${text}", json needed`);
}
