import { errorText, WeftError } from '../../base/errors.ts';
import { parseProtocols } from '../../bird/parse-protocols.ts';
import { type CommandInput, flag, textOption, textOptions } from '../command.ts';
import { formatObject } from '../print-objects.ts';
import { readDuration } from '../read-duration.ts';
import { refuseArguments } from '../refuse-arguments.ts';
import { usageError } from '../usage-error.ts';
import { readAgentView } from './agent-view.ts';
import { askLocalBird } from './ask-local-bird.ts';
import { type FamilyStatus, formatFamily } from './bgp-status.ts';
import { showClusterStatus } from './cluster-status.ts';
import { localProcesses } from './local-processes.ts';
import { localReport } from './local-report.ts';
import { requireRoot } from './require-root.ts';

const noAgent = 'Calico process is not running.';

/** `weft node status`: whether the agent of this node runs, and its BGP sessions; with --all those of every node. */
export async function run(input: CommandInput): Promise<number> {
  const { options } = input;
  refuseArguments(input);
  const format = readFormat(textOption(options, 'output'));
  const names = textOptions(options, 'node');
  const all = flag(options, 'all');
  if (all && names.length > 0) throw usageError('--all and --node given, one of them needed');
  if (all || names.length > 0) {
    const limitMs = readDuration('--wait', textOption(options, 'wait') ?? '5s');
    return showClusterStatus(input, {
      ...(all ? {} : { names }),
      limitMs,
      ...(format === undefined ? {} : { format }),
    });
  }
  requireRoot('node status');
  return format === undefined ? showText(input) : showReport(input, format);
}

function readFormat(text: string | undefined): 'json' | 'yaml' | undefined {
  if (text === undefined || text === 'json' || text === 'yaml') return text;
  throw usageError(`Unknown output format "${text}", json or yaml needed`);
}

/** In calicoctl's words. Without the agent, too, BIRD goes on and is shown; the exit status is 1 then. */
async function showText({ io }: CommandInput): Promise<number> {
  const processes = localProcesses();
  const { agent, bird, bird6 } = processes;
  if (!agent && !bird && !bird6) throw new WeftError('CLI_FAILED', noAgent);
  if (agent) io.out('Calico process is running.\n');
  else io.err(`${noAgent}\n`);
  if (!bird && !bird6) {
    io.out(`\n${missingBird((await readAgentView(io.env))?.backend)}\n\n`);
    return 0;
  }
  const ipv4 = bird ? await ask('bird.ctl') : notRunning;
  io.out(formatFamily(4, ipv4));
  io.out(`${formatFamily(6, await statusOfIpv6(ipv4, bird6))}\n`);
  return agent ? 0 : 1;
}

async function showReport({ io }: CommandInput, format: 'json' | 'yaml'): Promise<number> {
  const processes = localProcesses();
  const { agent, bird, bird6 } = processes;
  const view = agent ? await readAgentView(io.env) : undefined;
  // A node without BGP lacks nothing.
  const problem = bird || bird6 || view?.backend !== 'bird' ? undefined : missingBird(view.backend);
  io.out(await formatObject(await localReport(processes, view, problem), format));
  if (!agent) io.err(`${noAgent}\n`);
  return agent ? 0 : 1;
}

/** Most clusters without BIRD have no use for it; where it should run, that is said. */
function missingBird(backend: string | undefined): string {
  return backend === 'bird'
    ? 'The BGP backend process (BIRD) is not running.'
    : 'None of the BGP backend processes (BIRD or GoBGP) are running.';
}

const notRunning: FamilyStatus = { kind: 'not running' };

/** From version 2 on one BIRD speaks for both families. */
async function statusOfIpv6(ipv4: FamilyStatus, bird6: boolean): Promise<FamilyStatus> {
  if (bird6) return ask('bird6.ctl');
  const modern = ipv4.kind === 'reply' && Number.parseInt(ipv4.reply.version ?? '1', 10) >= 2;
  return modern ? ipv4 : notRunning;
}

async function ask(socket: string): Promise<FamilyStatus> {
  const answer = await askLocalBird(socket, 'show protocols');
  if ('problem' in answer) return { kind: 'unreachable', problem: answer.problem };
  try {
    return { kind: 'reply', reply: parseProtocols(answer.reply) };
  } catch (error) {
    return { kind: 'unreachable', problem: errorText(error) };
  }
}
