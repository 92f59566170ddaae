#!/usr/bin/env node
import { basename } from 'node:path';
import { errorText, hasCode } from './base/errors.ts';
import { fileErrorText } from './base/file-error-text.ts';

/** What every program exports: gets the arguments behind its name, resolves with the exit status. */
interface Program {
  run(argv: readonly string[]): Promise<number>;
}

// Loaded only when asked for: start-up time counts, most of all for the CNI plugin.
const programs: Readonly<Record<string, () => Promise<Program>>> = {
  agent: () => import('./agent/program.ts'),
  bird: () => import('./host/bird-program.ts'),
  cni: () => import('./cni/program.ts'),
  apiserver: () => import('./apiserver/program.ts'),
  controllers: () => import('./controller/program.ts'),
  lab: () => import('./lab/program.ts'),
  exec: () => import('./lab/exec-program.ts'),
  logs: () => import('./lab/logs-program.ts'),
};

/** Names under which this executable is the CNI plugin, as container runtimes call it. */
const pluginNames = ['calico', 'weft-cni'];

/** Names under which this executable is the command line of others, and how messages then call it. */
const commandLineNames: Readonly<Record<string, string>> = {
  calicoctl: 'calicoctl',
  'kubectl-calico': 'calicoctl',
  'kubectl-weft': 'kubectl weft',
  kubectl_weft: 'kubectl weft',
};

/** What this process was called as. The launcher tells in the environment, which is not for the processes we start. */
function invokedAs(): string {
  const name = process.env.WEFT_INVOKED_AS ?? process.argv0;
  delete process.env.WEFT_INVOKED_AS;
  return basename(name);
}

async function main(argv: readonly string[]): Promise<number> {
  const [name = ''] = argv;
  const called = invokedAs();
  if (process.env.CNI_COMMAND !== undefined || pluginNames.includes(called)) {
    return (await import('./cni/program.ts')).run(argv);
  }
  const load = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (load !== undefined && !asksForHelp(argv)) return (await load()).run(argv.slice(1));
  const [{ run }, { processIo }] = await Promise.all([import('./cli/program.ts'), import('./cli/process-io.ts')]);
  return run(argv, processIo(Object.hasOwn(commandLineNames, called) ? commandLineNames[called] : undefined));
}

/** Help comes from the command table for all: `weft lab up --help`; behind `--` it is another program's word. */
function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? argv.length : end).some((word) => word === '--help' || word === '-h');
}

/** One line for a log; what the command line says of files has a line for each mistake. */
function failureText(error: unknown): string {
  const text = errorText(error);
  const several = error instanceof Error && 'code' in error && String(error.code).startsWith('CLI_');
  return several ? text : text.replaceAll('\n', ' ');
}

/** Ends at once, but for what is still to be written: idle connections must not keep a finished command waiting. */
async function end(status: number): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) await new Promise((written) => stream.write('', written));
  process.exit(status);
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`weft get pods | head`) is no error.
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`Cannot write output: ${fileErrorText(error)}\n`);
  process.exit(1);
});

try {
  await end(await main(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${failureText(error)}\n`);
  if (process.env.WEFT_DEBUG !== undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  await end(hasCode(error, 'CLI_USAGE') ? 2 : 1);
}
