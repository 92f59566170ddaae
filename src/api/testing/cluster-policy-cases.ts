import * as kinds from '../kinds.ts';
import type { Kind, KubernetesObject } from '../meta.ts';
import type { SpecCase } from './spec-cases.ts';

type Line = readonly [spec: SpecCase['spec'], wrong: readonly string[], more?: Partial<SpecCase>];

const of = (kind: Kind<KubernetesObject>, lines: readonly Line[]): readonly SpecCase[] =>
  lines.map(([spec, wrong, more]) => ({ kind, spec, wrong, ...more }));

const labels = { onlyInCode: 'syntax of label selectors' };
const subject = { namespaces: {} };
const cluster = { tier: 'Admin', priority: 10, subject };
const admin = { priority: 10, subject };
const from = [{ namespaces: {} }];
const accept = { action: 'Accept', from };
const allow = { action: 'Allow', from };
const pods = { namespaceSelector: {}, podSelector: { matchLabels: { a: 'b' } } };
const ingress = (rule: object): SpecCase['spec'] => ({ ...cluster, ingress: [{ ...accept, ...rule }] });
const egress = (rule: object): SpecCase['spec'] => ({ ...cluster, egress: [{ action: 'Deny', ...rule }] });
const adminIngress = (rule: object): SpecCase['spec'] => ({ ...admin, ingress: [{ ...allow, ...rule }] });
const port = (destinationPort: object): SpecCase['spec'] => ingress({ protocols: [{ tcp: { destinationPort } }] });
const many = (length: number) => Array.from({ length }, () => accept);

const clusterPolicies = of(kinds.clusterNetworkPolicies, [
  [cluster, []],
  [{ ...cluster, tier: 'Baseline', priority: 0, subject: { pods } }, []],
  [{ ...cluster, ingress: many(25) }, []],
  [ingress({ action: 'Pass', name: 'one', protocols: [{ udp: { destinationPort: { number: 53 } } }] }), []],
  [port({ range: { start: 1, end: 65_535 } }), []],
  [ingress({ protocols: [{ destinationNamedPort: 'web' }] }), []],
  [
    egress({ to: [{ networks: ['10.0.0.0/8', 'fd00::/8', '10.1.2.3/8'] }, { domainNames: ['*.a.b'] }, { nodes: {} }] }),
    [],
  ],
  [{ ...cluster, tier: 'admin' }, ['spec.tier']],
  [{ ...cluster, priority: 1001 }, ['spec.priority']],
  [{ ...cluster, priority: 1.5 }, ['spec.priority']],
  [{ tier: 'Admin', priority: 1 }, ['spec.subject']],
  [{ ...cluster, subject: {} }, ['spec.subject']],
  [{ ...cluster, subject: { namespaces: {}, pods } }, ['spec.subject']],
  [{ ...cluster, ingress: many(26) }, ['spec.ingress']],
  [ingress({ action: 'Allow' }), ['spec.ingress[0].action']],
  [ingress({ name: 'x'.repeat(101) }), ['spec.ingress[0].name']],
  [ingress({ from: [] }), ['spec.ingress[0].from']],
  [ingress({ from: [{}] }), ['spec.ingress[0].from[0]']],
  [ingress({ from: [{ pods, namespaces: {} }] }), ['spec.ingress[0].from[0]']],
  [
    ingress({ from: [{ namespaces: { matchExpressions: [{ key: 'a', operator: 'In' }] } }] }),
    ['spec.ingress[0].from[0].namespaces.matchExpressions[0].values'],
    labels,
  ],
  [ingress({ protocols: [] }), ['spec.ingress[0].protocols']],
  [ingress({ protocols: [{}] }), ['spec.ingress[0].protocols[0]']],
  [ingress({ protocols: [{ tcp: {} }] }), ['spec.ingress[0].protocols[0].tcp.destinationPort']],
  [port({}), ['spec.ingress[0].protocols[0].tcp.destinationPort']],
  [port({ number: 0 }), ['spec.ingress[0].protocols[0].tcp.destinationPort.number']],
  [port({ range: { start: 9, end: 9 } }), ['spec.ingress[0].protocols[0].tcp.destinationPort.range.start']],
  [egress({ to: [{ networks: ['10.0.0.0'] }] }), ['spec.egress[0].to[0].networks[0]']],
  [egress({ to: [{ networks: ['10.0.0.0/33'] }] }), ['spec.egress[0].to[0].networks[0]']],
  [egress({ to: [{ networks: [] }] }), ['spec.egress[0].to[0].networks']],
  [
    egress({ to: [{ networks: ['10.0.0.0/8'] }], protocols: [{ destinationNamedPort: 'web' }] }),
    ['spec.egress[0].protocols[0].destinationNamedPort'],
  ],
]);

const adminPolicies = of(kinds.adminNetworkPolicies, [
  [admin, []],
  [adminIngress({ ports: [{ portNumber: { protocol: 'UDP', port: 53 } }, { namedPort: 'web' }] }), []],
  [adminIngress({ ports: [{ portRange: { protocol: 'TCP', start: 1, end: 2 } }] }), []],
  [adminIngress({ action: 'Accept' }), ['spec.ingress[0].action']],
  [adminIngress({ ports: [{}] }), ['spec.ingress[0].ports[0]']],
  [
    adminIngress({ ports: [{ portNumber: { protocol: 'tcp', port: 53 } }] }),
    ['spec.ingress[0].ports[0].portNumber.protocol'],
  ],
  [
    adminIngress({ ports: [{ portRange: { protocol: 'TCP', start: 2, end: 1 } }] }),
    ['spec.ingress[0].ports[0].portRange.start'],
  ],
  [
    { ...admin, egress: [{ action: 'Deny', to: [{ nodes: {} }], ports: [{ namedPort: 'web' }] }] },
    ['spec.egress[0].ports[0].namedPort'],
  ],
]);

const baselinePolicies = of(kinds.baselineAdminNetworkPolicies, [
  [{ subject, ingress: [allow] }, []],
  [{ subject, ingress: [{ ...allow, action: 'Pass' }] }, ['spec.ingress[0].action']],
  [{ subject }, ['metadata.name'], { name: 'other' }],
]);

/** Specs of the policies of administrators, right and wrong. */
export const clusterPolicyCases: readonly SpecCase[] = [...clusterPolicies, ...adminPolicies, ...baselinePolicies];
