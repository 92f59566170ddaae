/** What the policy benchmarks enforce, and our table for it: the same members and ports as the peers get. */
import type { NodeState } from '../src/desired/node-state.ts';
import { parseIp } from '../src/net/ip.ts';
import { parseMac } from '../src/net/mac.ts';
import { formatTable } from '../src/nft/format.ts';
import type { Table } from '../src/nft/model.ts';
import { PolicyCalculation } from '../src/policy/calculation.ts';
import type { NormalPolicy } from '../src/policy/normal-policy.ts';
import type { PolicyChange } from '../src/policy/policy-input.ts';
import type { PolicySettings } from '../src/policy/policy-settings.ts';
import type { PolicyState } from '../src/policy/policy-state.ts';
import { renderNftTable } from '../src/render/nft-table.ts';
import { parseSelector } from '../src/selector/parse-selector.ts';
import { clientAddress, clientDevice, serverAddress, serverDevice } from './policy-bed.ts';

/** Every policy is for every endpoint but the client's; the last one lets the client in. */
export interface PolicyLoad {
  /** Endpoints that the policies select; the server's is the last. */
  readonly devices: readonly string[];
  /** `range`: it allows a range of ports instead, which cannot be folded. */
  readonly policies: readonly { readonly members: readonly string[]; readonly port: number; readonly range?: true }[];
}

const membersPerPolicy = 10;

/**
 * @param port the server's, in the last policy
 * @param members of each policy
 */
export function policyLoad(endpoints: number, policies: number, port: number, members = membersPerPolicy): PolicyLoad {
  // Spread over the first digits, as the hashes in real names are; in Calico's tree the server's is behind a sixteenth.
  const others = Array.from({ length: endpoints - 1 }, (_, i) => {
    return `cali${(i % 16).toString(16)}${(i + 2).toString(16).padStart(10, '0')}`;
  });
  return {
    devices: [...others, serverDevice],
    policies: Array.from({ length: policies }, (_, n) => {
      const last = n === policies - 1;
      const addresses = Array.from({ length: members }, (_unused, m) => address(n * members + m));
      return {
        members: last ? [...addresses.slice(1), clientAddress] : addresses,
        port: last ? port : 10_000 + (n % 1000),
      };
    }),
  };
}

/** Every tenth policy, but not the last, allows a range of ports. */
export function mixed(load: PolicyLoad): PolicyLoad {
  const last = load.policies.length - 1;
  return {
    ...load,
    policies: load.policies.map((one, n) => (n % 10 === 0 && n !== last ? { ...one, range: true as const } : one)),
  };
}

/** The load as a calculation that has taken it in. */
export function calculate({ devices, policies }: PolicyLoad): PolicyCalculation {
  const calculation = new PolicyCalculation();
  const labels = new Map<string, Record<string, string>>();
  for (const [n, { members }] of policies.entries()) {
    for (const member of members) labels.set(member, { ...labels.get(member), [`p${n}`]: 'yes' });
  }
  calculation.apply([
    { kind: 'namespace', key: 'default', value: { labels: {} } },
    { kind: 'tier', key: 'default', value: { name: 'default', order: 1_000_000, defaultAction: 'Deny' } },
    ...[...labels].map(([ip, own]) => endpointChange(`default/m${ip}`, [ip], own)),
    ...devices.map((device) =>
      endpointChange(`default/${device}`, device === serverDevice ? [serverAddress] : [], { server: 'yes' }),
    ),
    ...devices.map((device) => localChange(device, `default/${device}`)),
    localChange(clientDevice, `default/m${clientAddress}`),
    ...policies.map((policy, n) => policyChange(policy, n)),
  ]);
  return calculation;
}

/** A pod elsewhere that the first policy lets in from now on. */
export function joinSelector(n: number): PolicyChange {
  return endpointChange(`default/joined-${n}`, [address((1 << 20) + n)], { p0: 'yes' });
}

/** One more pod of this node comes with the policies of the others, or goes. */
export function oneMore({ devices: [like = ''] }: PolicyLoad, here: boolean): PolicyChange {
  const device = 'califfffffffff0';
  if (!here) return { kind: 'local', key: device, value: undefined };
  return localChange(device, `default/${like}`);
}

/** Our whole table for a load, as `nft -f` reads it. */
export function ourTable(load: PolicyLoad): Table {
  return renderLoad(load, calculate(load).state());
}

/** The table for a state of a calculation. */
export function renderLoad(load: PolicyLoad, state: PolicyState): Table {
  const node = nodes.get(load) ?? nodeOf(load);
  nodes.set(load, node);
  return renderNftTable(node, { state, settings }, { interfacePrefix: 'cali', tableName: 'weft' });
}

/** A node's state stays the same object while policy changes, as in the agent. */
const nodes = new WeakMap<PolicyLoad, NodeState>();

function nodeOf({ devices }: PolicyLoad): NodeState {
  const endpoint = (device: string, addresses: readonly string[]) => ({
    ...{ containerId: device, namespace: 'default', pod: device, device },
    addresses: addresses.map(parseIp),
    mac: parseMac('02:00:00:00:00:01'),
  });
  return {
    node: 'bench',
    podMtuBytes: 1500,
    endpoints: [
      endpoint(clientDevice, [clientAddress]),
      ...devices.map((device) => endpoint(device, device === serverDevice ? [serverAddress] : [])),
    ],
    ...{ tunnels: [], vxlanPeers: [], nodeAddresses: [], routes: [], birdPrefixes: [], peeringAddresses: [] },
    ...{ masquerade: [], warnings: [] },
  };
}

/** The text of {@link ourTable}. */
export function ourText(load: PolicyLoad): string {
  return formatTable(ourTable(load));
}

const settings: PolicySettings = {
  endpointToHost: 'accept',
  dropInvalid: true,
  denyAction: 'drop',
  logPerSecond: 10,
  failsafeInbound: [],
  failsafeOutbound: [],
};

function policyChange({ port, range }: PolicyLoad['policies'][number], n: number): PolicyChange {
  const ports = [range ? { first: port, last: port + 500 } : { first: port, last: port }];
  const id = { kind: 'np', namespace: 'default', name: `p${n}` } as const;
  const value: NormalPolicy = {
    ...{ id, tier: 'default', order: n, selector: parseSelector('has(server)'), directions: ['ingress'] },
    ingress: [
      {
        ...{ index: 0, action: 'Allow', protocol: 6, destination: { ports } },
        source: { selector: parseSelector(`p${n} == 'yes'`) },
      },
    ],
    ...{ egress: [], untracked: false, preDnat: false, applyOnForward: false },
  };
  return { kind: 'policy', key: `np/default/p${n}`, value };
}

function endpointChange(key: string, addresses: readonly string[], labels: Record<string, string>): PolicyChange {
  return {
    kind: 'endpoint',
    key,
    value: { labels, namespace: 'default', addresses: addresses.map(parseIp), ports: [] },
  };
}

function localChange(device: string, endpoint: string): PolicyChange {
  return { kind: 'local', key: device, value: { device, endpoint, name: endpoint } };
}

function address(index: number): string {
  return `10.${96 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}
