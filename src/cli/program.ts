import type { HttpCluster } from '../datastore/http-cluster.ts';
import { type Command, type CommandIo, flag } from './command.ts';
import { commandTable } from './command-table.ts';
import { type FoundCommand, findCommand } from './find-command.ts';
import { parseOptions, splitLeadingOptions } from './parse-options.ts';
import { usageError } from './usage-error.ts';

/**
 * Runs one command of the command line.
 *
 * @param argv command, arguments and options, as in `weft get pods -A`; options of every command may stand before it
 * @returns the exit status
 * @throws WeftError CLI_USAGE when the command line is wrong
 */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  const { leading, rest } = splitLeadingOptions(argv);
  const [first] = rest;
  if (first === undefined && leading.length > 0) throw usageError('No command given, see "weft help"');
  if (first === undefined || first === '-h' || first === '--help') return help(io, []);
  if (first === '--version' || first === '-v')
    return runCommand(findCommand(['version', '--client'], commandTable), [], io);
  return runCommand(findCommand(rest, commandTable, io.program), leading, io);
}

async function runCommand({ command, path, rest }: FoundCommand, leading: readonly string[], io: CommandIo) {
  if (command.verbatim === true && command.load !== undefined) {
    const connect = () => import('./connect.ts').then(({ connectWith }) => connectWith({}, io));
    return (await command.load()).run({ args: rest, options: {}, io, connect, ...surroundings(command, io) });
  }
  const argv = command.local === true ? rest : [...leading, ...rest];
  const { positionals, values } = parseOptions(command, argv, io.program);
  if (command.name === 'help') return help(io, positionals);
  if (flag(values, 'help') || command.load === undefined) {
    if (leading.length > 0 && command.commands === undefined) {
      throw usageError(
        `"${path.join(' ')}" takes its options behind its name; usage: ${io.program ?? 'weft'} ${command.usage}`,
      );
    }
    return help(io, path);
  }
  let cluster: Promise<HttpCluster> | undefined;
  const module = await command.load();
  const status = await module.run({
    args: positionals,
    options: values,
    io,
    ...surroundings(command, io),
    connect: () => {
      cluster ??= import('./connect.ts').then(({ connectWith }) => connectWith(values, io));
      return cluster;
    },
  });
  // A server that has just failed to answer is not waited for again.
  if (status === 0 && cluster !== undefined && !flag(values, 'allow-version-mismatch')) {
    const { noticeVersion } = await import('./version-notice.ts');
    await noticeVersion(await cluster, io);
  }
  return status;
}

function surroundings({ usage }: Command, { program = 'weft' }: CommandIo) {
  return { usage: `${program} ${usage}`, commands: commandTable };
}

async function help(io: CommandIo, args: readonly string[]): Promise<number> {
  const { helpText } = await import('./help.ts');
  io.out(helpText(args, io.program));
  return 0;
}
