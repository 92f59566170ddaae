import { calicoTestCluster } from './calico-test-cluster.ts';
import { networkPolicy, type PolicyCase, packet } from './policy-case.ts';

/** Packets that arrive at default/web under one NetworkPolicy with one rule. */
function ruleCase(name: string, rule: object, text: string, allowed: boolean): PolicyCase {
  const policy = networkPolicy('default/p', { ingress: [{ action: 'Allow', ...rule }], types: ['Ingress'] });
  return {
    name,
    resources: { ...calicoTestCluster, networkPolicies: [policy] },
    endpoint: 'default/web',
    direction: 'ingress',
    packet: packet(text),
    verdict: allowed ? 'allowed by np/default/p ingress 0' : 'denied by end of default (np/default/p)',
  };
}

const fromApi = '10.0.0.2 > 10.0.0.1 TCP 80';
const fromOther = '10.0.0.3 > 10.0.0.1 TCP 80';
const fromOffice = '192.0.2.9 > 10.0.0.1 TCP 80';
const fromWorld = '198.51.100.9 > 10.0.0.1 TCP 80';

/** One rule at a time: what each of its fields matches. */
export const calicoRuleCases: readonly PolicyCase[] = [
  ruleCase('rule: no conditions -> everything', {}, fromWorld, true),
  ruleCase('selector: pod of the namespace -> matches', { source: { selector: "app == 'api'" } }, fromApi, true),
  ruleCase(
    'selector: pod of another namespace -> no match',
    { source: { selector: "app == 'api'" } },
    fromOther,
    false,
  ),
  ruleCase('selector: all() -> no address from outside', { source: { selector: 'all()' } }, fromWorld, false),
  ruleCase('selector: all() -> network set of the namespace', { source: { selector: 'all()' } }, fromOffice, true),
  ruleCase(
    'selector: network set by label -> its networks',
    { source: { selector: "zone == 'office'" } },
    fromOffice,
    true,
  ),
  ruleCase(
    'selector: global network set without global() -> no match',
    { source: { selector: "zone == 'world'" } },
    fromWorld,
    false,
  ),
  ruleCase(
    'namespaceSelector: global() -> global network set',
    { source: { selector: "zone == 'world'", namespaceSelector: 'global()' } },
    fromWorld,
    true,
  ),
  ruleCase('namespaceSelector: all() -> any pod', { source: { namespaceSelector: 'all()' } }, fromOther, true),
  ruleCase('namespaceSelector: all() -> no global set', { source: { namespaceSelector: 'all()' } }, fromWorld, false),
  ruleCase('namespaceSelector: label -> matches', { source: { namespaceSelector: "team == 'b'" } }, fromOther, true),
  ruleCase('namespaceSelector: label -> no match', { source: { namespaceSelector: "team == 'b'" } }, fromApi, false),
  ruleCase(
    'namespaceSelector: name -> matches',
    { source: { namespaceSelector: "projectcalico.org/name == 'other'" } },
    fromOther,
    true,
  ),
  ruleCase(
    'namespaceSelector: label of a namespace that is not there -> no match',
    { source: { namespaceSelector: 'has(team)' } },
    '10.0.0.4 > 10.0.0.1 TCP 80',
    false,
  ),
  ruleCase(
    'notSelector: another pod of the namespace -> matches',
    { source: { notSelector: "app == 'web'" } },
    fromApi,
    true,
  ),
  ruleCase('notSelector: the pod itself -> no match', { source: { notSelector: "app == 'api'" } }, fromApi, false),
  ruleCase(
    'notSelector: pod of another namespace -> no match',
    { source: { notSelector: "app == 'web'" } },
    fromOther,
    false,
  ),
  ruleCase('serviceAccounts: name -> matches', { source: { serviceAccounts: { names: ['robot'] } } }, fromApi, true),
  ruleCase('serviceAccounts: name -> no match', { source: { serviceAccounts: { names: ['human'] } } }, fromApi, false),
  ruleCase(
    'serviceAccounts: selector -> matches',
    { source: { serviceAccounts: { selector: "kind == 'machine'" } } },
    fromApi,
    true,
  ),
  ruleCase(
    'services: address behind it -> matches',
    { source: { services: { name: 'db' } } },
    '203.0.113.5 > 10.0.0.1 TCP 80',
    true,
  ),
  ruleCase('services: address not behind it -> no match', { source: { services: { name: 'db' } } }, fromApi, false),
  ruleCase('nets: inside -> matches', { source: { nets: ['192.0.2.0/24'] } }, fromOffice, true),
  ruleCase('notNets: outside -> matches', { source: { notNets: ['192.0.2.0/24'] } }, fromWorld, true),
  ruleCase('notNets: inside -> no match', { source: { notNets: ['192.0.2.0/24'] } }, fromOffice, false),
  ruleCase(
    'notNets: IPv4 only -> nothing of IPv6',
    { source: { notNets: ['192.0.2.0/24'] } },
    'fd00::2 > fd00::1 TCP 80',
    false,
  ),
  ruleCase('ipVersion: 4 -> nothing of IPv6', { ipVersion: 4 }, 'fd00::2 > fd00::1 TCP 80', false),
  ruleCase(
    'selector: IPv6 address of a pod -> matches',
    { source: { selector: "app == 'api'" } },
    'fd00::2 > fd00::1 TCP 80',
    true,
  ),
  ruleCase('ports: equal -> matches', { protocol: 'TCP', destination: { ports: [80] } }, fromApi, true),
  ruleCase('ports: another protocol -> no match', { protocol: 'UDP', destination: { ports: [80] } }, fromApi, false),
  ruleCase('ports: last of a range -> matches', { protocol: 'TCP', destination: { ports: ['70:80'] } }, fromApi, true),
  ruleCase(
    'ports: one after a range -> no match',
    { protocol: 'TCP', destination: { ports: ['70:79'] } },
    fromApi,
    false,
  ),
  ruleCase(
    'ports: name, its number -> matches',
    { protocol: 'TCP', destination: { ports: ['http'] } },
    '10.0.0.2 > 10.0.0.1 TCP 8080',
    true,
  ),
  ruleCase(
    'ports: name, another number -> no match',
    { protocol: 'TCP', destination: { ports: ['http'] } },
    fromApi,
    false,
  ),
  ruleCase(
    'ports: name or number -> matches',
    { protocol: 'TCP', destination: { ports: ['http', 80] } },
    fromApi,
    true,
  ),
  ruleCase(
    'ports: name without a protocol -> matches',
    { destination: { ports: ['http'] } },
    '10.0.0.2 > 10.0.0.1 TCP 8080',
    true,
  ),
  ruleCase('notPorts: another -> matches', { protocol: 'TCP', destination: { notPorts: [81] } }, fromApi, true),
  ruleCase('notPorts: equal -> no match', { protocol: 'TCP', destination: { notPorts: [80] } }, fromApi, false),
  ruleCase('source ports: range -> matches', { protocol: 'TCP', source: { ports: ['40000:40001'] } }, fromApi, true),
  ruleCase('notProtocol: another -> matches', { notProtocol: 'UDP' }, fromApi, true),
  ruleCase('notProtocol: equal -> no match', { notProtocol: 'TCP' }, fromApi, false),
  ruleCase('protocol: number -> matches', { protocol: 47 }, '10.0.0.2 > 10.0.0.1 47', true),
  ruleCase('icmp: type -> matches', { protocol: 'ICMP', icmp: { type: 8 } }, '10.0.0.2 > 10.0.0.1 ICMP 8', true),
  ruleCase(
    'icmp: another type -> no match',
    { protocol: 'ICMP', icmp: { type: 8 } },
    '10.0.0.2 > 10.0.0.1 ICMP 13',
    false,
  ),
  ruleCase(
    'icmp: type and code -> no match',
    { protocol: 'ICMP', icmp: { type: 8, code: 1 } },
    '10.0.0.2 > 10.0.0.1 ICMP 8',
    false,
  ),
  ruleCase(
    'icmpv6: type -> matches',
    { protocol: 'ICMPv6', icmp: { type: 128 } },
    'fd00::2 > fd00::1 ICMPv6 128',
    true,
  ),
  ruleCase(
    'notICMP: another type -> matches',
    { protocol: 'ICMP', notICMP: { type: 8 } },
    '10.0.0.2 > 10.0.0.1 ICMP 13',
    true,
  ),
  ruleCase('notICMP: no ICMP at all -> matches', { notICMP: { type: 8 } }, fromApi, true),
  ruleCase('http: -> allows nothing', { http: { methods: ['GET'] } }, fromApi, false),
  ruleCase('selector: cannot be read -> allows nothing', { source: { selector: 'app ==' } }, fromApi, false),
];
