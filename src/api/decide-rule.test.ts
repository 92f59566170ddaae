import { describe, test } from 'node:test';
import type { EntityRule, HttpMatch, IcmpMatch, Rule } from './calico-policy.ts';
import { entitySchema, httpSchema, icmpSchema, portSchema, protocol, ruleSchema } from './rule-schemas.ts';
import { asPart, decide } from './testing/decide.ts';
import { validateEntityRule } from './validate-entity-rule.ts';
import { validateHttpMatch } from './validate-http-match.ts';
import { validateIcmpMatch } from './validate-icmp-match.ts';
import { validatePort } from './validate-port.ts';
import { validateProtocol } from './validate-protocol.ts';
import { validateRule } from './validate-rule.ts';

const rule = asPart(ruleSchema, (field, value: Rule) => validateRule(value, field));
const allow = { action: 'Allow' };
const tcp = { ...allow, protocol: 'TCP' };
const v4 = '10.0.0.0/8';
const v6 = 'fd00::/64';
const services = { name: 'web', namespace: 'shop' };

describe('parts of rules: what Calico decides', () => {
  decide(
    test,
    'protocol',
    asPart(protocol(''), validateProtocol),
    ['TCP', 'UDP', 'ICMP', 'ICMPv6', 'SCTP', 'UDPLite', 1, 6, 255, '1', '255', '017'],
    [0, 256, -1, 1.5, '0', '256', '-1', '', ' TCP', 'TCP ', 'tcpx', 'any', 'IPv4', true, null],
  );

  decide(
    test,
    'port',
    asPart(portSchema, validatePort),
    [1, 80, 65_535, '80', '0080', '1:65535', '80:80', 'http', 'a', '8080-tcp', 'a'.repeat(15), 'x-1-y'],
    [
      0,
      -1,
      65_536,
      1.5,
      '0',
      '65536',
      '0:100',
      '100:0',
      '200:100',
      '1:65536',
      '1:',
      ':1',
      '1:2:3',
      '1-2',
      '',
      ' 80',
    ].concat(['HTTP', 'a_b', 'a.b', '-a', 'a-', 'a--b', '8-0', 'a'.repeat(16), 'ht tp', 'foo$']),
  );

  decide(
    test,
    'icmp',
    asPart(icmpSchema(''), (field, value: IcmpMatch) => validateIcmpMatch(value, field)),
    [{}, { type: 0 }, { type: 254 }, { type: 0, code: 0 }, { type: 254, code: 255 }],
    [
      { type: -1 },
      { type: 255 },
      { code: 0 },
      { type: 1, code: -1 },
      { type: 1, code: 256 },
      { type: '8' },
      { kind: 8 },
    ],
  );

  decide(
    test,
    'http',
    asPart(httpSchema, (field, value: HttpMatch) => validateHttpMatch(value, field)),
    [
      {},
      { methods: [] },
      { methods: ['GET', 'PUT', 'anything'] },
      { methods: Array.from({ length: 20 }, (_, index) => `M${index}`) },
      { paths: [{ exact: '/' }, { prefix: '/a/b' }, { exact: '', prefix: '/a' }] },
    ],
    [
      { methods: ['GET', 'GET'] },
      { methods: Array.from({ length: 21 }, (_, index) => `M${index}`) },
      { paths: [{}] },
      { paths: [{ exact: '' }] },
      { paths: [{ exact: '/a', prefix: '/a' }] },
      ...['a', 'a/b', '/a?b', '/a#b', '/a b', ' /a'].map((exact) => ({ paths: [{ exact }] })),
      ...['a', '/a?', '/a#', '/ '].map((prefix) => ({ paths: [{ prefix }] })),
      { paths: [{ exact: `/${'a'.repeat(1024)}` }] },
    ],
  );
});

describe('one end of a rule: what Calico decides', () => {
  decide(
    test,
    'entity',
    asPart(entitySchema(''), (field, value: EntityRule) => validateEntityRule(value, field)),
    [
      {},
      { nets: [] },
      { nets: ['10.0.0.1', v4, v6, 'fd00::1', '0.0.0.0/0', '::/0', '255.255.255.255/32'], notNets: ['0.0.0.0/0'] },
      { selector: '', notSelector: '', namespaceSelector: '' },
      { selector: "a == 'b' && !has(c)", notSelector: "a in {'b'}", namespaceSelector: "a not in {'b'}" },
      { selector: 'has(a.b/c_D-1)' },
      { selector: `a == '${'b'.repeat(1024 - 7)}'` },
      { namespaceSelector: 'global()' },
      { namespaceSelector: ' global( ) ' },
      { services },
      { services: { name: 'web' } },
      { services, ports: ['http'] },
      { services, nets: [], notNets: [], selector: '', notSelector: '', namespaceSelector: '' },
      { serviceAccounts: {} },
      { serviceAccounts: { names: ['a', 'b'], selector: 'has(a)' } },
      { ports: [80, 'http', '1:2'], notPorts: [] },
    ],
    [
      ...[
        '10.0.0.1/8',
        'fd00::1/64',
        '10.0.0.0/33',
        'fd00::/129',
        '10.0.0',
        '010.0.0.1',
        '',
        ' 10.0.0.1',
        'fd00::1%eth0',
      ].flatMap((net) => [{ nets: [net] }, { notNets: [net] }]),
      { nets: [v4, v4] },
      { nets: Array.from({ length: 257 }, (_, index) => `10.0.${index >> 8}.${index & 255}`) },
      { ports: Array.from({ length: 51 }, (_, index) => index + 1) },
      { ports: [0] },
      { notPorts: ['no!'] },
      ...['selector', 'notSelector', 'namespaceSelector'].flatMap((key) =>
        ['a =', 'a == b', '(', "a == 'b' &", 'a in {', 'has()', 'has(a b)', 'nothing'].map((text) => ({ [key]: text })),
      ),
      { selector: `a == '${'b'.repeat(1024 - 6)}'` },
      ...['global()', '!global()', 'global() || all()', "a == 'global()'"].map((selector) => ({ selector })),
      ...['!global()', '(global())', 'global()&&all()', 'all() || global()', "a == 'global()'"].map(
        (namespaceSelector) => ({ namespaceSelector }),
      ),
      { services: {} },
      { services: { name: '' } },
      { services: { namespace: 'shop' } },
      { services: { name: 'Web' } },
      { services: { name: 'web', namespace: 'a b' } },
      { services, selector: 'all()' },
      { services, notSelector: 'all()' },
      { services, namespaceSelector: 'all()' },
      { services, nets: [v4] },
      { services, notNets: [v4] },
      { services, serviceAccounts: {} },
      { serviceAccounts: { selector: 'a =' } },
      { serviceAccounts: { names: ['a', 'a'] } },
      { net: v4 },
    ],
  );
});

describe('a rule: what Calico decides', () => {
  decide(
    test,
    'rule',
    rule,
    [
      ...['Allow', 'Deny', 'Log', 'Pass'].map((action) => ({ action })),
      { ...allow, ipVersion: 4 },
      { ...allow, ipVersion: 6, source: { nets: [v6] }, destination: { notNets: [v6] } },
      ...['TCP', 'UDP', 'SCTP', 6, 17, 132, '6'].map((name) => ({ ...allow, protocol: name, source: { ports: [1] } })),
      ...[1, 7, 'ICMP', 'UDPLite'].map((name) => ({ ...allow, protocol: name, destination: { ports: [] } })),
      { ...allow, source: { ports: ['http'], notPorts: ['ftp'] }, destination: { ports: ['a'], notPorts: ['b'] } },
      { ...allow, notProtocol: 'TCP' },
      { ...allow, protocol: 'ICMP', icmp: { type: 8 }, ipVersion: 4 },
      { ...allow, protocol: 'ICMPv6', icmp: { type: 128, code: 0 }, ipVersion: 6 },
      { ...allow, protocol: 1, icmp: { type: 8 } },
      { ...allow, protocol: 58, icmp: {} },
      { ...allow, notICMP: { type: 8 } },
      { ...allow, notProtocol: 'ICMPv6', ipVersion: 6 },
      { ...allow, source: { nets: [v4], notNets: ['10.1.0.0/16'] }, destination: { nets: ['0.0.0.0/0'] } },
      { ...allow, http: { methods: ['GET'] } },
      { ...tcp, http: {} },
      { ...allow, protocol: 6, http: {} },
      { ...allow, destination: { services } },
      { ...tcp, source: { services, ports: [1], notPorts: [2] } },
      { ...allow, metadata: { annotations: { 'a/B': 'any text & more' } } },
    ],
    [
      {},
      ...['', 'allow', 'ALLOW', 'Accept', 'next-tier'].map((action) => ({ action })),
      ...[0, 5, '4', 46].map((ipVersion) => ({ ...allow, ipVersion })),
      ...['ICMP', 'ICMPv6', 'UDPLite', 1, 7, 58, 136].map((name) => ({
        ...allow,
        protocol: name,
        source: { ports: [1] },
      })),
      ...['ports', 'notPorts'].flatMap((key) =>
        ['source', 'destination'].flatMap((end) => [
          { ...allow, [end]: { [key]: [1] } },
          { ...allow, [end]: { [key]: ['http', '1:2'] } },
          { ...allow, protocol: 'ICMP', [end]: { [key]: ['http'] } },
          { ...tcp, [end]: { [key]: [0] } },
        ]),
      ),
      { ...allow, notProtocol: 'TCP', destination: { ports: [80] } },
      { ...allow, icmp: {} },
      { ...tcp, icmp: { type: 8 } },
      { ...allow, notProtocol: 'ICMP', icmp: { type: 8 } },
      { ...allow, notICMP: { code: 1 } },
      { ...allow, protocol: 'ICMP', ipVersion: 6 },
      { ...allow, protocol: 1, ipVersion: 6 },
      { ...allow, protocol: 'ICMPv6', ipVersion: 4 },
      { ...allow, notProtocol: 'ICMP', ipVersion: 6 },
      { ...allow, notProtocol: 58, ipVersion: 4 },
      { ...allow, source: { nets: [v4, v6] } },
      { ...allow, source: { nets: [v4] }, destination: { nets: [v6] } },
      { ...allow, source: { notNets: [v6] }, destination: { notNets: [v4] } },
      { ...allow, ipVersion: 6, source: { nets: [v4] } },
      { ...allow, ipVersion: 4, destination: { notNets: [v6] } },
      { ...allow, source: { nets: ['10.0.0.1'] } },
      { ...allow, destination: { notNets: ['fd00::1'] } },
      ...['0.0.0.0/0', '::/0', '0:0::/0'].flatMap((net) => [
        { ...allow, source: { notNets: [net] } },
        { ...allow, destination: { notNets: [net] } },
      ]),
      ...['Deny', 'Log', 'Pass'].map((action) => ({ action, http: {} })),
      ...['UDP', 17, 'ICMP'].map((name) => ({ ...allow, protocol: name, http: {} })),
      { ...tcp, destination: { services, ports: [80] } },
      { ...tcp, destination: { services, notPorts: ['http'] } },
      { ...allow, metadata: { annotations: { 'a b': '' } } },
    ],
  );
});
