import { parseArgs } from 'node:util';
import { errorText } from '../base/errors.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';
import { type Command, type CommandIo, flag, type OptionValues, textOption } from './command.ts';
import { clusterOptions, commandTable } from './command-table.ts';
import { suggestion, usageError } from './usage-error.ts';

/**
 * Runs one command of the command line.
 *
 * @param argv command, arguments and options, as in `weft get pods -A`
 * @returns the exit status
 * @throws WeftError CLI_USAGE when the command line is wrong
 */
export async function run(argv: readonly string[], io: CommandIo = processIo()): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '-h' || name === '--help') return help(io, []);
  if (name === '--version') return runCommand(commandNamed('version'), ['--client'], io);
  return runCommand(commandNamed(name), rest, io);
}

async function runCommand(command: Command, argv: readonly string[], io: CommandIo): Promise<number> {
  const { positionals, values } = parse(command, argv);
  if (command.name === 'help') return help(io, positionals);
  if (flag(values, 'help') || command.load === undefined) return help(io, [command.name]);
  let cluster: Promise<HttpCluster> | undefined;
  const module = await command.load();
  return module.run({
    args: positionals,
    options: values,
    io,
    connect: () => {
      cluster ??= connect(values, io);
      return cluster;
    },
  });
}

function commandNamed(name: string): Command {
  const command = commandTable.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const names = commandTable.map((candidate) => candidate.name);
  throw usageError(`Unknown command "${name}"${suggestion(name, names) || ', see "weft help"'}`);
}

function parse(command: Command, argv: readonly string[]): { positionals: string[]; values: OptionValues } {
  const options = { ...clusterOptions, ...command.options };
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    const typed = /'(--?[^' ]+)/.exec(errorText(error))?.[1] ?? '';
    const unknown = errorText(error).startsWith('Unknown option');
    const names = Object.keys(options).map((option) => `--${option}`);
    const problem = unknown ? `Unknown option "${typed}"${suggestion(typed, names)}` : errorText(error).split('. ')[0];
    throw usageError(`${problem}; usage: weft ${command.usage}`);
  }
}

async function connect(options: OptionValues, io: CommandIo): Promise<HttpCluster> {
  const [{ findConnection }, { HttpCluster }] = await Promise.all([
    import('../datastore/find-connection.ts'),
    import('../datastore/http-cluster.ts'),
  ]);
  const kubeconfig = textOption(options, 'kubeconfig');
  const context = textOption(options, 'context');
  const connection = await findConnection({
    env: io.env,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  return new HttpCluster({ ...connection, namespace: textOption(options, 'namespace') ?? connection.namespace });
}

async function help(io: CommandIo, args: readonly string[]): Promise<number> {
  const { helpText } = await import('./help.ts');
  io.out(helpText(args[0]));
  return 0;
}

function processIo(): CommandIo {
  // The reader has gone, as `head` does: nobody is left to tell.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    readInput: async () => {
      let text = '';
      process.stdin.setEncoding('utf8');
      for await (const chunk of process.stdin) text += chunk;
      return text;
    },
    env: process.env,
  };
}
