import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { NetworkPolicy } from '../../api/calico-policy.ts';
import type { Pod } from '../../api/core.ts';
import { parseIp } from '../../net/ip.ts';
import type { PolicyResources } from '../../policy/resources.ts';
import { emptyResources } from '../../policy/testing/empty-resources.ts';
import { compiledProgram } from '../../trace/compiled-program.ts';
import { traceConnection } from '../../trace/connection.ts';
import { explainTrace } from '../../trace/explain.ts';
import { firstPacket } from '../../trace/first-packet.ts';
import { traceContext } from '../../trace/trace-context.ts';
import type { NodePolicyView } from '../policy/node-policy.ts';
import { liveNotes } from './live.ts';

const pod = (name: string, podIP: string): Pod => ({
  metadata: { name, namespace: 'd', labels: { app: name } },
  spec: { nodeName: 'n1', containers: [] },
  status: { podIP },
});
const policy: NetworkPolicy = {
  metadata: { name: 'p', namespace: 'd' },
  spec: {
    selector: "app == 'b'",
    types: ['Ingress'],
    ingress: [{ action: 'Allow', protocol: 'TCP', destination: { ports: [80] } }],
  },
};
const resources: PolicyResources = {
  ...emptyResources,
  namespaces: [{ metadata: { name: 'd' } }],
  pods: [pod('a', '10.0.0.1'), pod('b', '10.0.0.2')],
  networkPolicies: [policy],
};
const b = { kind: 'pod', namespace: 'd', name: 'b' } as const;
const state = compiledProgram(resources, 'n1', [b, { ...b, name: 'a' }]);
const rules = [...state.walks.values()].flatMap(({ tiers }) =>
  tiers.flatMap(({ steps }) => steps.flatMap((step) => (step.kind === 'fold' ? step.rules : [step.rule]))),
);
const view: NodePolicyView = {
  rules: rules.map((rule) => ({ ...rule, packets: 1, bytes: 60 })),
  workloads: state.workloads,
  hostEndpoints: [],
  chains: {},
  denied: [
    {
      kind: 'denied',
      direction: 'ingress',
      reason: 'tier-end',
      tier: 'default',
      source: '10.0.0.1',
      destination: '10.0.0.2',
      protocol: 'TCP',
      destinationPort: 81,
      count: 3,
      lastSeen: '2026-01-02T03:04:05.000Z',
    },
  ],
};

/** What is said of the ingress of b. */
function notes(port: number, answer: NodePolicyView | string): readonly string[] {
  const end = (name: string, address: string) =>
    ({ kind: 'pod', namespace: 'd', name, node: 'n1', address: parseIp(address) }) as const;
  const [from, to] = [end('a', '10.0.0.1'), end('b', '10.0.0.2')];
  const context = traceContext(resources);
  const trace = traceConnection(context, from, to, firstPacket(from, to, 6, port));
  const checkpoints = explainTrace(context, trace).filter(({ direction }) => direction === 'ingress');
  return liveNotes(resources, { checkpoints }, new Map([['n1', answer]])).map(({ text }) => text);
}

describe('why --live', () => {
  const inForce = 'rules for the ingress of d/b are in force';
  const cases: readonly (readonly [string, number, NodePolicyView | string, readonly string[]])[] = [
    [
      'allowed by a rule -> its counter',
      80,
      view,
      [inForce, 'rule ingress[0] of NetworkPolicy d/p has matched 1 packet (60 bytes), of all connections'],
    ],
    [
      'denied, and seen -> how often, when, by what',
      81,
      view,
      [inForce, 'denied 3 such packets, the last at 2026-01-02T03:04:05.000Z, by the end of tier default'],
    ],
    ['denied, not seen', 82, view, [inForce, 'no such packet was denied lately']],
    [
      'rule not compiled yet',
      80,
      { ...view, rules: [] },
      [inForce, 'rule ingress[0] of NetworkPolicy d/p is not in force (yet)'],
    ],
    [
      'pod unknown there',
      82,
      { ...view, workloads: [] },
      ['rules for the ingress of d/b are not in force (yet): nothing may pass', 'no such packet was denied lately'],
    ],
    [
      'other rules there',
      82,
      { ...view, workloads: state.workloads.map((one) => ({ ...one, ingress: 'feedbeef' })) },
      [
        'rules for the ingress of d/b in force are others (yet) than the resources ask for',
        'no such packet was denied lately',
      ],
    ],
    ['no answer', 80, 'Cannot ask', ['Cannot ask']],
  ];
  for (const [name, port, answer, texts] of cases) test(name, () => assert.deepEqual(notes(port, answer), texts));
});
