/**
 * What policy costs a packet (rows 4 and 5 of the benchmark definitions): the time of a new connection behind N policies
 * of which the last matches, and of a round trip on an established one behind E endpoints, beside a node that only tracks
 * connections and beside the rules in Calico's iptables shape.
 */
import { printFigure } from './figure.ts';
import { measureConnection, measureRoundTrip, PingPongServer } from './ping-pong.ts';
import {
  buildPolicyBed,
  clientAddress,
  clientDevice,
  type PolicyBed,
  runIn,
  serverAddress,
  serverDevice,
} from './policy-bed.ts';
import { calicoIptables } from './policy-iptables.ts';
import { mixed, ourText, type PolicyLoad, policyLoad } from './policy-load.ts';

const port = 7001;
const rounds = 7;

/** No decision, but connection tracking: what every policy has to stand beside. */
const onlyTracking = `table inet only { chain forward {
  type filter hook forward priority filter; policy accept;
  ct state established,related counter accept
  }
}`;

/**
 * What a node of pods has anyway: nobody speaks for others, and a chain for masquerading. Beside it, what is left is the
 * cost of policy.
 */
const withoutPolicy = `table inet only {
  set addresses { type ifname . ipv4_addr; elements = {
    ${clientDevice} . ${clientAddress}, ${serverDevice} . ${serverAddress} };
  }
  chain first {
    type filter hook prerouting priority raw; policy accept;
    iifname "cali*" goto source
  }
  chain source {
    iifname . ip saddr @addresses accept
    drop
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    ct state established,related accept
  }
  chain last {
    type nat hook postrouting priority srcnat; policy accept;
  }
}`;

type Rules = { readonly name: string; readonly load: (bed: PolicyBed) => void };

const byHand = (name: string, text: string): Rules => ({
  name,
  load: (bed) => runIn(bed.node, ['nft', '-f', '-'], text),
});
const peers = [byHand('tracking', onlyTracking), byHand('no policy', withoutPolicy)];

function ours(name: string, load: PolicyLoad): Rules {
  return { name, load: (bed) => runIn(bed.node, ['nft', '-f', '-'], ourText(load)) };
}

function iptables(name: string, load: PolicyLoad): Rules {
  const { sets, rules } = calicoIptables(load);
  return {
    name,
    load: (bed) => {
      runIn(bed.node, ['ipset', 'restore'], sets);
      runIn(bed.node, ['iptables-nft-restore', '--noflush'], rules);
    },
  };
}

export async function run(): Promise<void> {
  await newConnections();
  await established();
}

async function newConnections(): Promise<void> {
  const times = await measureAll(measureConnection, [
    ...peers,
    ...[1, 100, 1000].map((n) => ours(`${n}`, policyLoad(1, n, port))),
    ours('mixed', mixed(policyLoad(1, 100, port))),
    iptables('iptables', policyLoad(1, 1000, port)),
  ]);
  const row = (name: string, which: string, beside: string, atMost?: number) =>
    printFigure({
      name,
      unit: 'us',
      ours: times(which),
      peer: times(beside),
      ...(atMost === undefined ? {} : { goal: { atMost } }),
    });
  row('new connection, 1 policy, beside tracking only', '1', 'tracking', 1.05);
  row('.. 100 policies', '100', 'tracking', 1.05);
  row('.. 1,000 policies', '1000', 'tracking', 1.05);
  row('.. 1,000 policies beside tracking, anti-spoofing, masquerading', '1000', 'no policy');
  row('.. 100 policies, 10 of them with ranges of ports', 'mixed', 'tracking', 1.2);
  row('.. 1,000 policies beside Calico’s iptables shape', '1000', 'iptables', 0.25);
}

async function established(): Promise<void> {
  const sizes = [1, 10, 100, 1000];
  const times = await measureAll(measureRoundTrip, [
    ...peers,
    ...sizes.map((endpoints) => ours(`${endpoints}`, policyLoad(endpoints, 10, port))),
    iptables('iptables', policyLoad(1000, 10, port)),
  ]);
  for (const endpoints of sizes) {
    printFigure({
      name: `established, ${endpoints} endpoints, beside tracking only`,
      unit: 'us',
      ours: times(`${endpoints}`),
      peer: times('tracking'),
      goal: { atMost: 1.03 },
    });
  }
  const row = { unit: 'us', ours: times('1000') };
  printFigure({ ...row, name: '.. 1,000 endpoints beside 1', peer: times('1'), goal: { atMost: 1.03 } });
  const name = '.. 1,000 endpoints beside tracking, anti-spoofing, masquerading';
  printFigure({ ...row, name, peer: times('no policy') });
  printFigure({ ...row, name: '.. 1,000 endpoints beside Calico’s iptables shape', peer: times('iptables') });
}

/** Builds a bed for each kind of rules, then measures them in turns. Times by name. */
async function measureAll(
  measure: (place: PolicyBed['client'], address: string, port: number) => number,
  variants: readonly Rules[],
): Promise<(name: string) => readonly number[]> {
  const beds: PolicyBed[] = [];
  const servers: PingPongServer[] = [];
  const times = new Map<string, number[]>();
  try {
    for (const [i, rules] of variants.entries()) {
      const bed = buildPolicyBed(`wp${process.pid}-${i}`);
      beds.push(bed);
      rules.load(bed);
      servers.push(await PingPongServer.start(bed.server, serverAddress, port));
    }
    for (let round = 0; round < rounds; round++) {
      for (const [i, { name }] of variants.entries()) {
        const bed = beds[i];
        if (bed !== undefined) times.set(name, [...(times.get(name) ?? []), measure(bed.client, serverAddress, port)]);
      }
    }
  } finally {
    for (const server of servers) server.stop();
    for (const bed of beds) bed.remove();
  }
  return (name) => times.get(name) ?? [];
}

if (import.meta.main) await run();
