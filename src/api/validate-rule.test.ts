import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EntityRule, Rule } from './calico-policy.ts';
import { validateRule } from './validate-rule.ts';

const allow = (rest: Partial<Rule>): Rule => ({ action: 'Allow', ...rest });
const to = (destination: EntityRule, rest: Partial<Rule> = {}): Rule => allow({ destination, ...rest });
const tcp = { protocol: 'TCP' } as const;

const accepted: readonly [why: string, rule: Rule][] = [
  ['nothing but an action', allow({})],
  ['protocol by number as text', to({ ports: [80] }, { protocol: '6' })],
  ['ports of SCTP', to({ ports: [1, '2:3', 'name'] }, { protocol: 'SCTP' })],
  ['named port without a protocol', to({ ports: ['http'], notPorts: ['metrics'] })],
  ['empty port list with a protocol that has none', to({ ports: [] }, { protocol: 7 })],
  ['ICMP type and code', allow({ protocol: 'ICMP', icmp: { type: 3, code: 1 }, ipVersion: 4 })],
  ['ICMP without a version', allow({ protocol: 58, icmp: { type: 128 } })],
  ['not ICMP, with another protocol', allow({ protocol: 'TCP', notICMP: { type: 8 } })],
  ['IPv6 networks of any spelling', to({ nets: ['FD00:0::/64'], notNets: ['fd00::1/128'] }, { ipVersion: 6 })],
  ['http on TCP by number', allow({ protocol: 6, http: { methods: ['GET'], paths: [{ prefix: '/a' }] } })],
  ['global() alone', to({ namespaceSelector: ' global( ) ' })],
  ['service alone', allow({ source: { services: { name: 'web' } } })],
  ['service of a source with ports', allow({ ...tcp, source: { services: { name: 'web' }, ports: [80] } })],
  ['service accounts', allow({ source: { serviceAccounts: { names: ['a'], selector: "x == 'y'" } } })],
];

const numbersNeed = /numeric port or port range must set protocol/;
const portsNeed = /specify ports must set protocol/;

const refused: readonly [why: string, rule: Rule, field: string, reason: RegExp][] = [
  ['unknown protocol', allow({ protocol: 'tcpx' }), 'protocol', /name invalid/],
  ['protocol in small letters', allow({ protocol: 'tcp' }), 'protocol', /name invalid: write TCP/],
  ['protocol 256', allow({ notProtocol: 256 }), 'notProtocol', /number invalid/],
  ['number without a protocol', to({ ports: ['http', 80] }), 'destination.ports', numbersNeed],
  ['range without a protocol', to({ notPorts: ['1:2'] }), 'destination.notPorts', numbersNeed],
  ['ports of ICMP', allow({ protocol: 'ICMP', source: { ports: ['http'] } }), 'source.ports', portsNeed],
  ['ports of UDPLite', to({ ports: [1] }, { protocol: 'UDPLite' }), 'destination.ports', portsNeed],
  ['port 0', to({ ports: [80, 0] }, tcp), 'destination.ports[1]', /must be between 1 and 65535/],
  ['range from 0', to({ ports: ['0:5'] }, tcp), 'destination.ports[0]', /must be between 1 and 65535/],
  ['reversed range', to({ ports: ['5:1'] }, tcp), 'destination.ports[0]', /\(5\) is greater than .* \(1\)/],
  ['http and UDP', allow({ protocol: 'UDP', http: {} }), 'protocol', /HTTP fields must set protocol to TCP/],
  ['http on Deny', { action: 'Deny', http: {} }, 'http', /only valid for Allow rules/],
  ['ICMP without protocol', allow({ icmp: { type: 8 } }), 'icmp', /must set protocol to ICMP/],
  ['ICMP code without type', allow({ protocol: 1, icmp: { code: 0 } }), 'icmp.code', /without an ICMP type/],
  ['ICMP and IPv6', allow({ protocol: 'ICMP', ipVersion: 6 }), 'ipVersion', /'4' with protocol icmp/],
  ['not ICMPv6 and IPv4', allow({ notProtocol: 58, ipVersion: 4 }), 'ipVersion', /'6' with protocol icmpv6/],
  ['no network', to({ nets: ['10.0.0.0/33'] }), 'destination.nets[0]', /ADDRESS\/LENGTH needed/],
  ['host bits', to({ nets: ['10.0.0.1/8'] }), 'destination.nets[0]', /"10.0.0.0\/8" needed/],
  ['bare address', to({ nets: ['10.0.0.1'] }), 'destination.nets[0]', /invalid CIDR: "10.0.0.1\/32" needed/],
  ['both families in a list', to({ nets: ['10.0.0.0/8', '::/1'] }), 'destination.nets', /both IPv4 and IPv6/],
  [
    'both families in a rule',
    allow({ source: { nets: ['10.0.0.0/8'] }, destination: { notNets: ['fd00::/8'] } }),
    'destination.notNets',
    /both IPv4 and IPv6/,
  ],
  ['other family', to({ nets: ['10.0.0.0/8'] }, { ipVersion: 6 }), 'destination.nets', /doesn't match CIDR version/],
  ['not everything', to({ notNets: ['0:0::/0'] }), 'destination.notNets[0]', /matches no traffic/],
  ['not all of IPv4', allow({ source: { notNets: ['0.0.0.0/0'] } }), 'source.notNets[0]', /matches no traffic/],
  ['selector syntax', to({ notSelector: 'a = b' }), 'destination.notSelector', /at offset 2/],
  ['global() as selector', to({ selector: 'global()' }), 'destination.selector', /only be used in an EntityRule/],
  [
    'global() and more',
    to({ namespaceSelector: 'global() || all()' }),
    'destination.namespaceSelector',
    /cannot be combined/,
  ],
  [
    'service without a name',
    to({ services: { namespace: 'x' } }),
    'destination.services',
    /must specify a service name/,
  ],
  [
    'service and selector',
    to({ services: { name: 'x' }, selector: 'all()' }),
    'destination.services',
    /Selector\/NotSelector/,
  ],
  [
    'service and ports',
    to({ services: { name: 'x' }, ports: ['http'] }),
    'destination.ports',
    /with a service selector/,
  ],
  ['annotation key', allow({ metadata: { annotations: { 'a b': '' } } }), 'metadata.annotations', /name part must/],
  ['http path', allow({ http: { paths: [{ exact: 'a' }] } }), 'http.paths[0]', /must start with/],
  ['http method twice', allow({ http: { methods: ['GET', 'GET'] } }), 'http.methods', /twice/],
];

describe('validateRule', () => {
  for (const [why, rule] of accepted) {
    test(`${why}: -> accepted`, () => assert.deepEqual(validateRule(rule), []));
  }
  for (const [why, rule, field, reason] of refused) {
    test(`${why}: -> refused at ${field}`, () => {
      const errors = validateRule(rule, 'spec.ingress[3]');
      assert.deepEqual(
        errors.map((error) => error.field),
        [`spec.ingress[3].${field}`],
      );
      assert.match(errors[0]?.reason ?? '', reason);
    });
  }
});
