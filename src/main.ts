#!/usr/bin/env node
import { basename } from 'node:path';
import { errorText, hasCode } from './base/errors.ts';

/** What every program exports: gets the arguments behind its name, resolves with the exit status. */
interface Program {
  run(argv: readonly string[]): Promise<number>;
}

// Loaded only when asked for: start-up time counts, most of all for the CNI plugin.
const programs: Readonly<Record<string, () => Promise<Program>>> = {
  agent: () => import('./agent/program.ts'),
  cni: () => import('./cni/program.ts'),
  apiserver: () => import('./apiserver/program.ts'),
  controllers: () => import('./controller/program.ts'),
  lab: () => import('./lab/program.ts'),
  exec: () => import('./lab/exec-program.ts'),
};

/** Names under which this executable is the CNI plugin, as container runtimes call it. */
const pluginNames = ['calico', 'weft-cni'];

async function main(argv: readonly string[]): Promise<number> {
  const [name = ''] = argv;
  if (process.env.CNI_COMMAND !== undefined || pluginNames.includes(basename(process.argv0))) {
    return (await import('./cni/program.ts')).run(argv);
  }
  const load = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (load !== undefined) return (await load()).run(argv.slice(1));
  return (await import('./cli/program.ts')).run(argv);
}

/** Ends at once, but for what is still to be written: idle connections must not keep a finished command waiting. */
async function end(status: number): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) await new Promise((written) => stream.write('', written));
  process.exit(status);
}

// A reader that has seen enough (`weft get pods | head`) is no error.
process.stdout.on('error', () => process.exit(0));

try {
  await end(await main(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${errorText(error).replaceAll('\n', ' ')}\n`);
  if (process.env.WEFT_DEBUG !== undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  await end(hasCode(error, 'CLI_USAGE') ? 2 : 1);
}
