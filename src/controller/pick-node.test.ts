import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Node, Pod, Taint } from '../api/core.ts';
import type { Condition } from '../api/meta.ts';
import { nodeLoad, pickNode } from './pick-node.ts';

const ready: Condition = { type: 'Ready', status: 'True' };

function node(
  name: string,
  more: { taints?: Taint[]; labels?: Record<string, string>; conditions?: Condition[]; unschedulable?: boolean } = {},
): Node {
  const { taints = [], labels = {}, conditions = [ready], unschedulable = false } = more;
  return { metadata: { name, labels }, spec: { taints, unschedulable }, status: { conditions } };
}

function pod(name: string, spec: Partial<Pod['spec']> = {}, owner?: string): Pod {
  const ownerReferences =
    owner === undefined
      ? []
      : [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }];
  return { metadata: { name, ownerReferences }, spec: { containers: [], ...spec } };
}

const master: Taint = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' };
const two = [node('node1'), node('node2')];

const cases: { name: string; pod: Pod; nodes: Node[]; others?: Pod[]; node?: string; message?: RegExp }[] = [
  { name: 'nothing runs -> first by name', pod: pod('a'), nodes: two.toReversed(), node: 'node1' },
  { name: 'fewest pods', pod: pod('a'), nodes: two, others: [pod('b', { nodeName: 'node1' })], node: 'node2' },
  {
    name: 'own siblings count more than others',
    pod: pod('a', {}, 'web'),
    nodes: two,
    others: [pod('b', { nodeName: 'node2' }), pod('c', { nodeName: 'node2' }), pod('d', { nodeName: 'node1' }, 'web')],
    node: 'node2',
  },
  {
    name: 'tainted control plane -> passed over',
    pod: pod('a'),
    nodes: [node('master', { taints: [master] }), node('node1')],
    node: 'node1',
  },
  {
    name: 'taint tolerated by key -> taken',
    pod: pod('a', { tolerations: [{ key: master.key, operator: 'Exists', effect: 'NoSchedule' }] }),
    nodes: [node('master', { taints: [master] })],
    node: 'master',
  },
  {
    name: 'taint tolerated by Exists alone -> taken',
    pod: pod('a', { tolerations: [{ operator: 'Exists' }] }),
    nodes: [node('n', { taints: [master] })],
    node: 'n',
  },
  {
    name: 'toleration of another value -> refused',
    pod: pod('a', { tolerations: [{ key: 'k', value: 'x' }] }),
    nodes: [node('n', { taints: [{ key: 'k', value: 'y', effect: 'NoExecute' }] })],
    message: /^0\/1 nodes are available: 1 node\(s\) had untolerated taint \{k: y\}\.$/,
  },
  {
    name: 'soft taint -> other node first',
    pod: pod('a'),
    nodes: [node('a', { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] }), node('b')],
    node: 'b',
  },
  {
    name: 'nodeSelector -> that node',
    pod: pod('a', { nodeSelector: { disk: 'ssd' } }),
    nodes: [node('a'), node('b', { labels: { disk: 'ssd' } })],
    node: 'b',
  },
  {
    name: 'nodeSelector of nobody -> said',
    pod: pod('a', { nodeSelector: { disk: 'ssd' } }),
    nodes: two,
    message: /^0\/2 .*: 2 node\(s\) didn't match Pod's node affinity/,
  },
  {
    name: 'cordoned -> said',
    pod: pod('a'),
    nodes: [node('a', { unschedulable: true })],
    message: /1 node\(s\) were unschedulable/,
  },
  {
    name: 'not ready -> said',
    pod: pod('a'),
    nodes: [node('a', { conditions: [{ type: 'Ready', status: 'Unknown' }] })],
    message: /were not ready/,
  },
  {
    name: 'no network -> said',
    pod: pod('a'),
    nodes: [node('a', { conditions: [ready, { type: 'NetworkUnavailable', status: 'True' }] })],
    message: /had no network/,
  },
  {
    name: 'no network, host network pod -> taken',
    pod: pod('a', { hostNetwork: true }),
    nodes: [node('a', { conditions: [ready, { type: 'NetworkUnavailable', status: 'True' }] })],
    node: 'a',
  },
  { name: 'no nodes -> said', pod: pod('a'), nodes: [], message: /^0\/0 nodes are available/ },
  {
    name: 'reasons are counted',
    pod: pod('a'),
    nodes: [node('m', { taints: [master] }), node('a', { unschedulable: true }), node('b', { unschedulable: true })],
    message: /^0\/3 nodes are available: 1 node\(s\) had .*, 2 node\(s\) were unschedulable\.$/,
  },
];
describe('pickNode', () => {
  for (const { name, pod: wanted, nodes, others = [], node: expected, message } of cases) {
    it(name, () => {
      const choice = pickNode(wanted, nodes, nodeLoad(others));
      if (choice.kind === 'node') assert.equal(choice.name, expected);
      else assert.match(choice.message, message ?? /^$/);
    });
  }
});
