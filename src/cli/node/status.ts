import { basename } from 'node:path';
import { errorText, WeftError } from '../../base/errors.ts';
import { askProtocols } from '../../host/bird-socket.ts';
import { runningCommands } from '../../host/running-commands.ts';
import type { CommandInput } from '../command.ts';
import { refuseArguments } from '../refuse-arguments.ts';
import { type FamilyStatus, formatFamily } from './bgp-status.ts';
import { requireRoot } from './require-root.ts';

/** Where control sockets are: beside calico-node's files, else BIRD's own place. */
const socketDirectories = ['/var/run/calico', '/var/run/bird'];

/** `weft node status`: whether the agent of this node runs, and its BGP sessions. */
export async function run(input: CommandInput): Promise<number> {
  const { io } = input;
  refuseArguments(input);
  requireRoot('node status');
  const commands = runningCommands();
  if (!commands.some(isAgent)) throw new WeftError('CLI_FAILED', 'Calico process is not running.');
  io.out('Calico process is running.\n');
  const running = (name: string) => commands.some(([program = '']) => basename(program) === name);
  if (!running('bird') && !running('bird6')) {
    io.out('\nNone of the BGP backend processes (BIRD or GoBGP) are running.\n\n');
    return 0;
  }
  const ipv4 = running('bird') ? await ask('bird.ctl') : notRunning;
  io.out(formatFamily(4, ipv4));
  io.out(`${formatFamily(6, await statusOfIpv6(ipv4, running('bird6')))}\n`);
  return 0;
}

const notRunning: FamilyStatus = { kind: 'not running' };

/** From version 2 on one BIRD speaks for both families. */
async function statusOfIpv6(ipv4: FamilyStatus, bird6: boolean): Promise<FamilyStatus> {
  if (bird6) return ask('bird6.ctl');
  const modern = ipv4.kind === 'reply' && Number.parseInt(ipv4.reply.version ?? '1', 10) >= 2;
  return modern ? ipv4 : notRunning;
}

async function ask(socket: string): Promise<FamilyStatus> {
  let problem = '';
  for (const directory of socketDirectories) {
    try {
      return { kind: 'reply', reply: await askProtocols(`${directory}/${socket}`) };
    } catch (error) {
      problem = errorText(error);
    }
  }
  return { kind: 'unreachable', problem };
}

/** Ours (`weft agent`, `node .../main.ts agent`) or Calico's (`calico-felix`, `calico-node -felix`). */
export function isAgent(words: readonly string[]): boolean {
  const names = words.map((word) => basename(word));
  if (names[0] === 'calico-felix') return true;
  if (names[0] === 'calico-node') return words.includes('-felix');
  const program = names.findIndex((name) => ['weft', 'main.ts', 'main.js', 'weft.js'].includes(name));
  return program >= 0 && words[program + 1] === 'agent';
}
