import { accessSync, constants } from 'node:fs';
import { release } from 'node:os';
import { errorText, WeftError } from '../../base/errors.ts';
import { run as runProgram } from '../../host/run.ts';
import type { CommandInput } from '../command.ts';
import { refuseArguments } from '../refuse-arguments.ts';
import { requireRoot } from './require-root.ts';

/** Concatenated sets with intervals and sets in maps. @see nftables release notes, kernel 5.6 */
const minKernel = [5, 6] as const;

/** Devices and rules that are tried in a network namespace of its own, which ends with the attempt. */
const probes: readonly Probe[] = [
  { title: 'veth devices', command: ['ip', 'link', 'add', 'probe0', 'type', 'veth', 'peer', 'name', 'probe1'] },
  {
    title: 'nftables',
    command: ['nft', 'add table inet probe; add set inet probe s { type ipv4_addr . inet_service; flags interval; }'],
  },
  {
    title: 'nftables: NAT',
    command: [
      'nft',
      'add table ip probe; add chain ip probe c { type nat hook postrouting priority 100; }; add rule ip probe c masquerade',
    ],
  },
  {
    title: 'nftables: connection tracking',
    command: ['nft', 'add table ip probe; add chain ip probe c; add rule ip probe c ct state established accept'],
  },
  {
    title: 'nftables: reverse path',
    command: [
      'nft',
      'add table ip probe; add chain ip probe c { type filter hook prerouting priority 0; }; add rule ip probe c fib saddr . iif oif missing drop',
    ],
  },
  {
    title: 'VXLAN devices',
    command: ['ip', 'link', 'add', 'probe0', 'type', 'vxlan', 'id', '1', 'dstport', '4789'],
    optional: 'pools with vxlanMode',
  },
  {
    title: 'IP-in-IP driver',
    command: ['ip', 'link', 'add', 'probe0', 'type', 'ipip', 'local', '127.0.0.1'],
    optional: 'pools with ipipMode take eBPF programs instead',
  },
  {
    title: 'eBPF classifiers',
    command: ['tc', 'qdisc', 'add', 'dev', 'lo', 'clsact'],
    optional: 'IP-in-IP without the driver',
  },
];

interface Probe {
  readonly title: string;
  readonly command: readonly [string, ...string[]];
  /** What is lost without it; absent: nothing works. */
  readonly optional?: string;
}

/** `weft node checksystem`: tries what the network needs of this kernel, instead of trusting lists of modules. */
export async function run(input: CommandInput): Promise<number> {
  const { io } = input;
  refuseArguments(input);
  requireRoot('node checksystem');
  const missing: string[] = [];
  const tell = (title: string, problem: string | undefined, optional?: string) => {
    io.out(`  ${title.padEnd(32)} ${problem === undefined ? 'OK' : optional === undefined ? 'FAILED' : 'missing'}\n`);
    if (problem === undefined) return;
    io.out(`    ${problem}${optional === undefined ? '' : ` (concerns: ${optional})`}\n`);
    if (optional === undefined) missing.push(title);
  };
  io.out('Checking kernel version...\n');
  tell(release(), oldKernel(release()));
  io.out('Checking kernel features...\n');
  for (const { title, command, optional } of probes) tell(title, await attempt(command), optional);
  io.out('Checking settings...\n');
  tell('sysctl can be written', unwritable('/proc/sys/net/ipv4/ip_forward'));
  if (missing.length > 0) {
    throw new WeftError('CLI_FAILED', `System does not meet the requirements: ${missing.join(', ')} needed`);
  }
  io.out('System meets minimum system requirements to run Calico!\n');
  return 0;
}

/** What is wrong with a kernel's version: `4.19.0-21-amd64`. */
export function oldKernel(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const [wantedMajor, wantedMinor] = minKernel;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return undefined;
  return `version ${wantedMajor}.${wantedMinor} or newer needed`;
}

async function attempt(command: readonly string[]): Promise<string | undefined> {
  try {
    await runProgram('unshare', ['--net', '--', ...command], { timeoutMs: 10_000 });
    return undefined;
  } catch (error) {
    return errorText(error).split('\n')[0];
  }
}

function unwritable(path: string): string | undefined {
  try {
    accessSync(path, constants.W_OK);
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}
