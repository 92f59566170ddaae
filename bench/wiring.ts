import { spawnSync } from 'node:child_process';
import { inNetns } from '../src/host/netns.ts';
import { type PodWiring, unwirePod, wirePod } from '../src/host/pod-wiring.ts';
import { writeSysctl } from '../src/host/sysctl.ts';
import { type TestNetns, testNetns } from '../src/host/testing-netns.ts';
import { type Ip, ipPlus, parseIp } from '../src/net/ip.ts';
import { printFigure } from './figure.ts';
import { pairedRounds, timeSync } from './paired.ts';

const pods = 20;
const rounds = 9;

/** Prints the pods wired per second beside `ip`: one batch for the host's side of all, one more in each pod. */
export async function run(): Promise<void> {
  using stack = new DisposableStack();
  const host = stack.use(testNetns());
  const wirings = Array.from({ length: pods }, (_, i) => wiring(i, stack.use(testNetns())));
  const perSecond = (ms: number) => (pods * 1000) / ms;
  const unwire = () => {
    inNetns(host.path, () => {
      for (const { hostDevice, ifName } of wirings) unwirePod({ hostDevice, ifName });
    });
  };
  const besideBatch = (queues: string) =>
    pairedRounds(
      rounds,
      () => {
        const ms = inNetns(host.path, () => timeSync(() => wirings.forEach(wirePod)));
        unwire();
        return perSecond(ms);
      },
      () => {
        const ms = timeSync(() => wireByBatch(host, wirings, queues));
        unwire();
        return perSecond(ms);
      },
    );
  const byDefault = await besideBatch('');
  printFigure({ name: 'pods wired per second beside ip -batch', unit: '/s', ...byDefault, goal: { atLeast: 4 } });
  const alike = await besideBatch('numtxqueues 1 numrxqueues 1');
  printFigure({ name: '.. beside ip -batch that makes one queue, as ours', unit: '/s', ...alike });
}

function wiring(index: number, netns: TestNetns): PodWiring {
  return {
    hostDevice: `cali${index.toString(16).padStart(11, '0')}`,
    netnsPath: netns.path,
    ifName: 'eth0',
    mtuBytes: 1440,
    addresses: [ipPlus(parseIp('10.24.0.1'), index)],
  };
}

/** The least that makes a pod reachable, wirePod does more (settings, checks, clean-up on failure). */
function wireByBatch(host: TestNetns, wirings: readonly PodWiring[], queues: string): void {
  const hostLines = wirings.flatMap(({ addresses: [ip], hostDevice, ifName, mtuBytes, netnsPath }) => [
    `link add ${hostDevice} address ee:ee:ee:ee:ee:ee mtu ${mtuBytes} ${queues} type veth peer name ${ifName} mtu ${mtuBytes} ${queues} netns ${netnsPath}`,
    `link set ${hostDevice} up`,
    `route add ${ip} dev ${hostDevice} scope link`,
  ]);
  inNetns(host.path, () => {
    batch(hostLines);
    for (const { hostDevice } of wirings) writeSysctl({ path: `ipv4/conf/${hostDevice}/proxy_arp`, value: '1' });
  });
  for (const { addresses, ifName, netnsPath } of wirings) inNetns(netnsPath, () => batch(podLines(ifName, addresses)));
}

function podLines(ifName: string, addresses: readonly Ip[]): string[] {
  return [
    'link set lo up',
    `link set ${ifName} up`,
    ...addresses.map((ip) => `address add ${ip}/32 dev ${ifName}`),
    `route add 169.254.1.1 dev ${ifName} scope link`,
    `route add default via 169.254.1.1 dev ${ifName}`,
  ];
}

function batch(lines: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', ['-batch', '-'], { input: lines.join('\n'), encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip -batch: ${stderr}`);
}

if (import.meta.main) await run();
