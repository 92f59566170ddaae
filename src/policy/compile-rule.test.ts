import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressLists } from './address-lists.ts';
import { RuleLists } from './compile-list.ts';
import { formatMatch } from './compile-match.ts';
import { compileRule, type RulePart } from './compile-rule.ts';
import type { Direction } from './direction.ts';
import type { NormalRule } from './normal-policy.ts';
import type { NamedPort } from './policy-input.ts';
import { entity, namespaceChange, networkSetChange, podChange, rule } from './testing/normal-cases.ts';

/** A part in one line: lists by their text, `nets of` for a list's networks only. */
function formatPart(part: RulePart): string {
  if (part.kind === 'step') return `step ${plain(formatMatch(part.match))}`;
  const { family, protocol, ports, peers } = part;
  const words = {
    any: () => 'any',
    addresses: () => (peers.kind === 'addresses' ? peers.addresses.join(' ') : ''),
    list: () => (peers.kind === 'list' ? `${plain(peers.list.key)}${peers.withPorts ? ' (ports)' : ''}` : ''),
  };
  return [
    'fold',
    family && `IPv${family}`,
    protocol && `protocol ${protocol}`,
    ports && `ports ${ports}`,
    words[peers.kind](),
  ]
    .filter((word) => word !== undefined)
    .join(' ');
}

/** Quotes left out, and what is usual. */
function plain(text: string): string {
  return text
    .replaceAll(/[\\"]/g, '')
    .replaceAll(/\{list:(.*?),networksOnly:(true|false)\}/g, (_, list, only) =>
      only === 'true' ? `networks of ${list}` : list,
    )
    .replaceAll(/\{first:(\d+),last:(\d+)\}/g, '$1-$2')
    .replaceAll(',endpointPorts:[]', '')
    .replaceAll('ranges:[],', '');
}

const http: NamedPort = { name: 'http', protocol: 6, port: 8080 };
const dns: NamedPort = { name: 'dns', protocol: 17, port: 53 };
const dnsTcp: NamedPort = { name: 'dns', protocol: 6, port: 5353 };

function addresses(): AddressLists {
  const lists = new AddressLists();
  for (const change of [
    namespaceChange('a'),
    podChange('a/p1', { app: 'a' }, ['10.0.0.1']),
    networkSetChange('office', { role: 'office' }, ['192.168.0.0/16', '192.0.2.1/32']),
    networkSetChange('dns', { role: 'dns' }, ['8.8.8.8/32']),
  ]) {
    lists.apply(change);
  }
  return lists;
}

const tcp = { protocol: 6 };
const a = "app == 'a'";

const cases: readonly (readonly [string, Direction, NormalRule, readonly string[]])[] = [
  ['peer selector', 'ingress', rule('Allow', { source: entity({ selector: a }) }), ['fold app == a']],
  [
    'peer selector, protocol',
    'ingress',
    rule('Allow', { ...tcp, source: entity({ selector: a }) }),
    ['fold protocol 6 app == a'],
  ],
  [
    'peer selector, port',
    'ingress',
    rule('Deny', { ...tcp, source: entity({ selector: a }), destination: entity({ ports: [80] }) }),
    ['fold protocol 6 ports 80 app == a'],
  ],
  [
    'peer selector, range of 16',
    'ingress',
    rule('Allow', { ...tcp, source: entity({ selector: a }), destination: entity({ ports: ['8000:8014', 80, 8000] }) }),
    ['fold protocol 6 ports 80,8000,8001,8002,8003,8004,8005,8006,8007,8008,8009,8010,8011,8012,8013,8014 app == a'],
  ],
  [
    'peer selector, range of 17',
    'ingress',
    rule('Allow', { ...tcp, source: entity({ selector: a }), destination: entity({ ports: ['8000:8016'] }) }),
    ['step {protocol:6,source:{in:[app == a]},destination:{ports:{ranges:[8000-8016]}}}'],
  ],
  [
    'peer selector with networks',
    'ingress',
    rule('Allow', { source: entity({ selector: "role == 'office'" }) }),
    ['fold role == office', 'step {source:{in:[networks of role == office]},destination:{}}'],
  ],
  [
    'peer selector of a network set of single addresses',
    'egress',
    rule('Allow', { ...tcp, destination: entity({ selector: "role == 'dns'", ports: [53] }) }),
    ['fold protocol 6 ports 53 role == dns'],
  ],
  [
    'any peer, port',
    'ingress',
    rule('Allow', { ...tcp, destination: entity({ ports: [80, 443] }) }),
    ['fold protocol 6 ports 80,443 any'],
  ],
  [
    'any peer, port of one family',
    'ingress',
    rule('Allow', { ...tcp, family: 4, destination: entity({ ports: [80] }) }),
    ['step {family:4,protocol:6,source:{},destination:{ports:{ranges:[80-80]}}}'],
  ],
  [
    'any peer, port, no protocol',
    'ingress',
    rule('Allow', { destination: entity({ ports: [80] }) }),
    ['fold protocol 132 ports 80 any', 'fold protocol 17 ports 80 any', 'fold protocol 6 ports 80 any'],
  ],
  ['any peer, protocol', 'ingress', rule('Allow', tcp), ['step {protocol:6,source:{},destination:{}}']],
  ['any peer', 'egress', rule('Pass'), ['step {source:{},destination:{}}']],
  [
    'single addresses',
    'ingress',
    rule('Allow', { source: entity({ nets: ['10.0.0.7/32', 'fd00::7/128'] }) }),
    ['fold 10.0.0.7 fd00::7'],
  ],
  [
    'single addresses, family',
    'ingress',
    rule('Allow', { family: 4, source: entity({ nets: ['10.0.0.7/32', 'fd00::7/128'] }) }),
    ['fold IPv4 10.0.0.7'],
  ],
  [
    'networks and an address',
    'egress',
    rule('Allow', { ...tcp, destination: entity({ nets: ['10.0.0.7/32', '10.1.0.0/16'], ports: [80] }) }),
    [
      'fold protocol 6 ports 80 10.0.0.7',
      'step {protocol:6,source:{},destination:{nets:[10.1.0.0/16],ports:{ranges:[80-80]}}}',
    ],
  ],
  [
    'five networks',
    'egress',
    rule('Allow', {
      destination: entity({ nets: ['10.1.0.0/16', '10.3.0.0/16', '10.5.0.0/16', '10.7.0.0/16', '10.9.0.0/16'] }),
    }),
    ['step {source:{},destination:{in:[networks 10.1.0.0/16 10.3.0.0/16 10.5.0.0/16 10.7.0.0/16 10.9.0.0/16]}}'],
  ],
  [
    'network within another',
    'egress',
    rule('Allow', { destination: entity({ nets: ['10.1.0.0/16', '10.1.2.3/32'] }) }),
    ['step {source:{},destination:{nets:[10.1.0.0/16]}}'],
  ],
  [
    'network but a part, few left',
    'ingress',
    rule('Allow', { source: entity({ nets: ['10.0.0.0/24'], notNets: ['10.0.0.64/26'] }) }),
    ['step {source:{nets:[10.0.0.0/26,10.0.0.128/25]},destination:{}}'],
  ],
  [
    'network but one address, many left',
    'ingress',
    rule('Allow', { source: entity({ nets: ['10.0.0.0/8'], notNets: ['10.0.0.1/32'] }) }),
    ['step {source:{nets:[10.0.0.0/8],notNets:[10.0.0.1/32]},destination:{}}'],
  ],
  [
    'network but all of it',
    'ingress',
    rule('Allow', { source: entity({ nets: ['10.0.0.0/24'], notNets: ['10.0.0.0/8'] }) }),
    [],
  ],
  [
    'networks of the other family',
    'ingress',
    rule('Allow', { family: 6, source: entity({ nets: ['10.0.0.0/24'] }) }),
    [],
  ],
  [
    'excluded networks',
    'ingress',
    rule('Allow', { source: entity({ notNets: ['10.0.0.0/24'] }) }),
    ['step {source:{notNets:[10.0.0.0/24]},destination:{}}'],
  ],
  [
    'selector in networks',
    'ingress',
    rule('Allow', { source: entity({ selector: a, nets: ['10.0.0.0/24'] }) }),
    ['step {source:{nets:[10.0.0.0/24],in:[app == a]},destination:{}}'],
  ],
  [
    'excluded selector',
    'ingress',
    rule('Allow', { source: entity({ notSelector: a }) }),
    ['step {source:{notIn:[app == a]},destination:{}}'],
  ],
  [
    'selector at the own end',
    'ingress',
    rule('Allow', { source: entity({ selector: a }), destination: entity({ selector: a }) }),
    ['step {source:{in:[app == a]},destination:{in:[app == a]}}'],
  ],
  [
    'network at the own end',
    'egress',
    rule('Allow', { source: entity({ nets: ['10.0.0.0/24'] }), destination: entity({ selector: a }) }),
    ['step {source:{nets:[10.0.0.0/24]},destination:{in:[app == a]}}'],
  ],
  [
    'source port',
    'ingress',
    rule('Allow', { ...tcp, source: entity({ selector: a, ports: [123] }) }),
    ['step {protocol:6,source:{in:[app == a],ports:{ranges:[123-123]}},destination:{}}'],
  ],
  [
    'excluded ports',
    'ingress',
    rule('Allow', { ...tcp, source: entity({ selector: a }), destination: entity({ notPorts: [80, 'http'] }) }),
    [
      'step {protocol:6,source:{in:[app == a]},destination:{notPorts:{ranges:[80-80],endpointPorts:[protocol 6 port http of all()]}}}',
    ],
  ],
  [
    'excluded protocol',
    'ingress',
    rule('Allow', { notProtocol: 6, source: entity({ selector: a }) }),
    ['step {notProtocol:6,source:{in:[app == a]},destination:{}}'],
  ],
  [
    'ICMP type',
    'ingress',
    rule('Allow', { protocol: 1, icmp: { type: 8 }, source: entity({ selector: a }) }),
    ['step {protocol:1,icmp:{type:8},source:{in:[app == a]},destination:{}}'],
  ],
  [
    'Log',
    'ingress',
    rule('Log', {
      ...tcp,
      source: entity({ selector: "role == 'office'" }),
      destination: entity({ ports: [80, 'http'] }),
    }),
    ['step {protocol:6,source:{in:[role == office]},destination:{ports:{ranges:[80-80,8080-8080]}}}'],
  ],
  [
    'own port by name',
    'ingress',
    rule('Allow', { ...tcp, source: entity({ selector: a }), destination: entity({ ports: ['http', 80] }) }),
    ['fold protocol 6 ports 80,8080 app == a'],
  ],
  [
    'own port by a name it does not have',
    'ingress',
    rule('Allow', { ...tcp, destination: entity({ ports: ['nope'] }) }),
    [],
  ],
  [
    'own port by a name of the other protocol',
    'ingress',
    rule('Allow', { protocol: 17, destination: entity({ ports: ['http'] }) }),
    [],
  ],
  [
    'own port by a name of two protocols',
    'ingress',
    rule('Allow', { destination: entity({ ports: ['dns'] }) }),
    ['fold protocol 17 ports 53 any', 'fold protocol 6 ports 5353 any'],
  ],
  [
    'own port by name, with a selector',
    'ingress',
    rule('Allow', { ...tcp, destination: entity({ selector: a, ports: ['http'] }) }),
    [
      'step {protocol:6,source:{},destination:{in:[app == a],ports:{endpointPorts:[protocol 6 port http of app == a]}}}',
    ],
  ],
  [
    'far port by name',
    'egress',
    rule('Allow', { ...tcp, destination: entity({ ports: ['http', 80] }) }),
    ['fold protocol 6 port http of all() (ports)', 'fold protocol 6 ports 80 any'],
  ],
  [
    'far port by name, selector',
    'egress',
    rule('Allow', { ...tcp, destination: entity({ selector: a, ports: ['http'] }) }),
    ['fold protocol 6 port http of app == a (ports)'],
  ],
  [
    'far port by name, networks',
    'egress',
    rule('Allow', { ...tcp, destination: entity({ nets: ['10.0.0.0/8'], ports: ['http'] }) }),
    [
      'step {protocol:6,source:{},destination:{nets:[10.0.0.0/8],ports:{endpointPorts:[protocol 6 port http of all()]}}}',
    ],
  ],
  [
    'far port by name, no protocol',
    'egress',
    rule('Allow', { destination: entity({ ports: ['dns'] }) }),
    ['fold port dns of all() (ports)'],
  ],
  [
    'service',
    'egress',
    rule('Allow', { destination: entity({ service: { namespace: 'a', name: 'web', withPorts: true } }) }),
    ['fold ports of service a/web (ports)'],
  ],
  [
    'service as a source',
    'ingress',
    rule('Allow', {
      ...tcp,
      source: entity({ service: { namespace: 'a', name: 'web', withPorts: false } }),
      destination: entity({ ports: [80] }),
    }),
    ['fold protocol 6 ports 80 addresses of service a/web'],
  ],
];

for (const [name, direction, normal, expected] of cases) {
  test(`compile rule: ${name} -> ${expected.length === 0 ? 'nothing' : expected.map((part) => part.split(' ')[0]).join(', ')}`, () => {
    const lists = new RuleLists(addresses());
    const parts = compileRule(normal, { direction, ownPorts: [http, dns, dnsTcp], open: (spec) => lists.open(spec) });
    assert.deepEqual(parts.map(formatPart), expected);
  });
}
