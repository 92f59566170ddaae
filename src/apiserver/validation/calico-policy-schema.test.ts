import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { calicoCrds } from '../../api/crds.ts';
import { defaultObject } from '../../api/defaults.ts';
import * as kinds from '../../api/kinds.ts';
import type { Kind, KubernetesObject } from '../../api/meta.ts';
import { validateObject } from '../../api/validate.ts';
import { evaluateRules } from '../cel/evaluate-rules.ts';
import type { JsonRecord } from '../json.ts';
import { checkAgainstSchema } from './schema-check.ts';

type Spec = Readonly<Record<string, unknown>>;
type Case = readonly [kind: Kind<KubernetesObject>, spec: Spec, name?: string];

// Once, since a schema is compiled for each object that holds it.
const crds = calicoCrds();

/** What a cluster says that has nothing of this project but the definitions. */
function definitionRefuses(kind: Kind<KubernetesObject>, object: KubernetesObject): boolean {
  const definition = crds.find(({ spec }) => spec.names.kind === kind.kind);
  const schema = definition?.spec.versions[0]?.schema.openAPIV3Schema;
  const value = object as unknown as JsonRecord;
  return [...checkAgainstSchema(schema, value), ...evaluateRules(schema, value)].length > 0;
}

const np = kinds.networkPolicies;
const gnp = kinds.globalNetworkPolicies;
const snp = kinds.stagedNetworkPolicies;
const ingress = (rule: Spec): Spec => ({ ingress: [{ action: 'Allow', ...rule }] });
const source = (entity: Spec): Spec => ingress({ protocol: 'TCP', source: entity });
const port = { name: 'http', protocol: 'TCP', port: 80 };

const accepted: readonly Case[] = [
  [np, {}],
  [np, {}, 'platform.web'],
  [np, {}, 'knp.default.a.b'],
  [np, source({ ports: [1, '2:3', 'http', '8080-tcp'], nets: ['10.0.0.0/8', 'fd00::/8'].slice(0, 1) })],
  [np, ingress({ destination: { ports: ['http'] } })],
  [np, ingress({ protocol: 'ICMPv6', icmp: { type: 1, code: 0 }, ipVersion: 6 })],
  [np, ingress({ source: { services: { name: 'web' }, namespaceSelector: '' } })],
  [np, source({ namespaceSelector: ' global() ' })],
  [gnp, { preDNAT: true, applyOnForward: true, types: ['Ingress'] }],
  [snp, { stagedAction: 'Delete', selector: '', ingress: [] }],
  [kinds.stagedKubernetesNetworkPolicies, { stagedAction: 'Delete', podSelector: {} }],
  [kinds.tiers, { order: 1.5 }],
  [kinds.hostEndpoints, { node: 'n', interfaceName: '*', ports: [port] }],
  [kinds.globalNetworkSets, { nets: ['10.0.0.1', 'fd00::/8'] }],
];

const refused: readonly Case[] = [
  [np, {}, 'a.b.c'],
  [gnp, {}, 'knp.default.a'],
  [np, ingress({ action: 'allow' })],
  [np, ingress({ ipVersion: 5 })],
  [np, ingress({ protocol: 'tcpx' })],
  [np, ingress({ protocol: 256 })],
  [np, ingress({ destination: { ports: [80] } })],
  [np, ingress({ protocol: 'ICMP', source: { notPorts: ['http'] } })],
  [np, ingress({ protocol: 7, source: { ports: [1] } })],
  [np, source({ ports: [0] })],
  [np, source({ ports: ['0:5'] })],
  [np, source({ ports: ['70000'] })],
  [np, source({ nets: ['x'] })],
  [np, source({ notNets: ['0.0.0.0/0'] })],
  [np, source({ selector: 'global()' })],
  [np, source({ namespaceSelector: 'global() && all()' })],
  [np, source({ services: {} })],
  [np, source({ services: { name: 'a' }, selector: 'all()' })],
  [np, source({ services: { name: 'a' }, nets: ['10.0.0.0/8'] })],
  [np, source({ services: { name: 'a' }, serviceAccounts: {} })],
  [np, ingress({ destination: { services: { name: 'a' } } })],
  [np, { egress: [{ action: 'Allow', destination: { services: { name: 'a' }, ports: ['b'] } }] }],
  [np, { egress: [{ action: 'Allow', source: { services: { name: 'a' } } }] }],
  [np, { egress: [{ action: 'Allow', http: { methods: ['GET'] } }] }],
  [np, ingress({ action: 'Deny', http: { methods: ['GET'] } })],
  [np, ingress({ protocol: 'UDP', http: { methods: ['GET'] } })],
  [np, ingress({ http: { paths: [{ exact: '/a', prefix: '/b' }] } })],
  [np, ingress({ icmp: { type: 8 } })],
  [np, ingress({ protocol: 'ICMP', icmp: { code: 1 } })],
  [np, ingress({ protocol: 'ICMP', ipVersion: 6 })],
  [np, ingress({ notProtocol: 58, ipVersion: 4 })],
  [np, { selector: 'x'.repeat(1025) }],
  [np, { selector: 'global()' }],
  [np, { performanceHints: ['junk'] }],
  [np, { types: ['Both'] }],
  [gnp, { doNotTrack: true }],
  [gnp, { doNotTrack: true, preDNAT: true, applyOnForward: true }],
  [gnp, { preDNAT: true, applyOnForward: true, egress: [{ action: 'Allow' }] }],
  [gnp, { preDNAT: true, applyOnForward: true, types: ['Egress'] }],
  [gnp, { namespaceSelector: 'global()' }],
  [gnp, ingress({ source: { services: { name: 'a' } } })],
  [snp, { stagedAction: 'Delete', order: 1 }],
  [snp, { stagedAction: 'set' }],
  [kinds.stagedKubernetesNetworkPolicies, { stagedAction: 'Delete', podSelector: { matchLabels: { a: 'b' } } }],
  [kinds.tiers, {}, 'a.b'],
  [kinds.tiers, {}, 'x'.repeat(64)],
  [kinds.tiers, { defaultAction: 'Allow' }],
  [kinds.tiers, { order: 5 }, 'default'],
  [kinds.hostEndpoints, { node: 'n' }],
  [kinds.hostEndpoints, { interfaceName: 'eth0' }],
  [kinds.hostEndpoints, { node: 'n', interfaceName: 'wibblywobblyeth0' }],
  [kinds.hostEndpoints, { node: 'n', interfaceName: 'e', ports: [{ ...port, protocol: 'ICMP' }] }],
];

/** What is refused by the code alone: beyond CEL, or beyond what rules may cost in an API server. */
const beyondDefinitions: readonly Case[] = [
  [np, { selector: 'a = b' }],
  [np, source({ nets: ['10.0.0.1/8'] })],
  [np, source({ nets: ['10.0.0.0/8', 'fd00::/8'] })],
  [np, { ...ingress({ ipVersion: 6, source: { nets: ['10.0.0.0/8'] } }) }],
  [np, source({ notNets: ['0:0::/0'] })],
  [np, source({ ports: ['5:1'] })],
  [np, ingress({ source: { ports: ['1:5'] } })],
  [np, ingress({ metadata: { annotations: { 'a b': '' } } })],
  [kinds.hostEndpoints, { node: 'n', expectedIPs: ['x'] }],
];

describe('definitions of the policy kinds', () => {
  const check = ([kind, spec, name = 'name']: Case): readonly [ours: boolean, definition: boolean] => {
    const object = defaultObject(kind, { metadata: { name }, spec } as KubernetesObject);
    return [validateObject(kind, object).length > 0, definitionRefuses(kind, object)];
  };
  for (const [cases, expected, outcome] of [
    [accepted, [false, false], 'accepted by both'],
    [refused, [true, true], 'refused by both'],
    [beyondDefinitions, [true, false], 'refused by the code alone'],
  ] as const) {
    for (const one of cases) {
      const [kind, spec, name = ''] = one;
      test(`${kind.kind} ${name.slice(0, 20)} ${JSON.stringify(spec).slice(0, 110)}: -> ${outcome}`, () =>
        assert.deepEqual(check(one), expected));
    }
  }
});
