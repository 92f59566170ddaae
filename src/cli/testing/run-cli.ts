import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorText } from '../../base/errors.ts';
import { connectCluster } from '../../datastore/connect-cluster.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import { run } from '../program.ts';

/** What a command line printed, and its status as main.ts makes it. */
export interface CliResult {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

/** An API server of its own and the command line against it: for tests. */
export interface CliWorld {
  readonly directory: string;
  readonly kubeconfig: string;
  readonly cluster: HttpCluster;
  /** Runs one command line. */
  weft(argv: readonly string[], options?: RunOptions): Promise<CliResult>;
  stop(): Promise<void>;
}

/** `startApiServer`, given by the test: this room may not import that of the server. */
type StartServer = (options: {
  readonly data: string;
  readonly listen: { readonly unix: string }[];
}) => Promise<{ stop(): Promise<void> }>;

type Env = Readonly<Record<string, string | undefined>>;

/** Starts one. */
export async function startCliWorld(startServer: StartServer): Promise<CliWorld> {
  const directory = mkdtempSync(join(tmpdir(), 'weft-cli-'));
  const socket = join(directory, 's');
  const server = await startServer({ data: join(directory, 'db'), listen: [{ unix: socket }] });
  const kubeconfig = join(directory, 'kubeconfig');
  const config = {
    'current-context': 'x',
    clusters: [{ name: 'x', cluster: { server: `unix://${socket}` } }],
    contexts: [{ name: 'x', context: { cluster: 'x' } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  const cluster = await connectCluster({ kubeconfig });
  const env = { KUBECONFIG: kubeconfig, HOME: directory };
  return {
    directory,
    kubeconfig,
    cluster,
    weft: (argv, options = {}) => runCli(argv, { ...options, env: { ...env, ...options.env } }),
    stop: async () => {
      cluster.close();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What a command line is given. */
export interface RunOptions {
  /** Standard input. */
  readonly input?: string;
  readonly env?: Env;
  /** As in `CommandIo`. */
  readonly program?: string;
  readonly color?: boolean;
  readonly signal?: AbortSignal;
  /** Told of all data so far, each time there is more. */
  readonly onOutput?: (out: string) => void;
}

/** Runs one command line; an error becomes its text and status as main.ts makes them. */
export async function runCli(
  argv: readonly string[],
  { input = '', env = {}, onOutput, ...more }: RunOptions = {},
): Promise<CliResult> {
  let out = '';
  let err = '';
  const io = {
    out: (text: string): void => {
      out += text;
      onOutput?.(out);
    },
    err: (text: string): void => {
      err += text;
    },
    readInput: () => Promise.resolve(input),
    env,
    ...more,
  };
  try {
    return { status: await run(argv, io), out, err };
  } catch (error) {
    const status = (error as { code?: string }).code === 'CLI_USAGE' ? 2 : 1;
    return { status, out, err: err + errorText(error) };
  }
}
