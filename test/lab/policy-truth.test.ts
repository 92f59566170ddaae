import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { Pod } from '../../src/api/core.ts';
import type { KubernetesPolicy } from '../../src/api/from-kubernetes-policy.ts';
import { namespaces, networkPolicies } from '../../src/api/kinds.ts';
import { readLivePolicy } from '../../src/cli/policy/read-live-policy.ts';
import { parseIp } from '../../src/net/ip.ts';
import { protocolNumbers } from '../../src/net/protocol.ts';
import { type Oracle, oracleOf } from '../../src/policy/oracle/evaluate.ts';
import { arbitraryKubernetesPolicy } from '../../src/policy/testing/arbitrary-kubernetes-policy.ts';
import { policyKinds } from '../../src/trace/policy-kinds.ts';
import { ipOf, LabFixture } from './support/lab-fixture.ts';
import { ReachProbe } from './support/reach.ts';
import type { Target } from './support/reach-program.ts';

// Random Kubernetes policies in a whole cluster: every pod tries every other at every port with real packets, and each cell
// of the table is what the oracle says. No cell may be wrong five seconds after the last change.

const seeds = [1, 6, 8, 12, 13, 14, 16, 20];
const settleMs = 5000;
const ports = { tcp: [80, 81, 8000, 8050], udp: [53, 80] } as const;
const container = { name: 'main', image: 'agnhost', args: ['pause'], ports: [{ name: 'http', containerPort: 81 }] };
const idle = { containers: [container] };
const placed = [
  ['one', 'blue', 'node1', { app: 'a', role: 'x' }],
  ['two', 'blue', 'node2', { app: 'b' }],
  ['three', 'blue', 'node1', { role: 'y' }],
  ['one', 'green', 'node2', { app: 'a' }],
  ['two', 'green', 'node1', { app: 'b', role: 'x' }],
  ['three', 'green', 'node2', {}],
] as const;

let lab: LabFixture;
const probes: ReachProbe[] = [];

before(async () => {
  lab = await LabFixture.start('truth');
  for (const [name, labels] of [
    ['blue', { team: 't' }],
    ['green', { team: 'u', env: 'prod' }],
  ] as const) {
    await lab.cluster.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  }
  const pods = await Promise.all(
    placed.map(([name, namespace, node, labels]) => lab.run(name, node, idle, { namespace, labels })),
  );
  for (const pod of pods) probes.push(await ReachProbe.start(lab.state, pod, ports));
});
after(async () => {
  await Promise.all(probes.map((probe) => probe.end()));
  await lab?.stop();
});

/** One cell of the table. */
interface Cell extends Target {
  readonly from: Pod;
  readonly to: Pod;
}

function cellsFrom(from: Pod): readonly Cell[] {
  const others = probes.map(({ pod }) => pod).filter((pod) => pod !== from);
  return others.flatMap((to) =>
    (['tcp', 'udp'] as const).flatMap((protocol) =>
      ports[protocol].map((port) => ({ from, to, address: ipOf(to), port, protocol })),
    ),
  );
}

/** What the oracle says, from the objects as they are in the API now. */
async function readOracle(): Promise<Oracle> {
  return oracleOf((await readLivePolicy(lab.cluster)).resources);
}

function isAllowed(oracle: Oracle, { from, to, port, protocol }: Cell): boolean {
  const packet = {
    source: parseIp(ipOf(from)),
    destination: parseIp(ipOf(to)),
    protocol: protocol === 'tcp' ? protocolNumbers.TCP : protocolNumbers.UDP,
    sourcePort: 40_000,
    destinationPort: port,
  };
  const end = ({ metadata: { name, namespace = '' } }: Pod) => ({ kind: 'pod', name, namespace }) as const;
  return oracle.evaluate(end(from), 'egress', packet).allowed && oracle.evaluate(end(to), 'ingress', packet).allowed;
}

/** Cells whose packets say something else than the oracle. */
async function wrongCells(oracle: Oracle): Promise<readonly string[]> {
  const rows = await Promise.all(
    probes.map(async (probe) => {
      const cells = cellsFrom(probe.pod);
      const reached = await probe.reaches(cells);
      return cells.flatMap((cell, i) =>
        reached[i] === isAllowed(oracle, cell) ? [] : [describeCell(cell, reached[i])],
      );
    }),
  );
  return rows.flat();
}

/** Looks until no cell is wrong any more; fails when that takes too long. */
async function settled(oracle: Oracle, message: string): Promise<void> {
  const changed = performance.now();
  let wrong = await wrongCells(oracle);
  while (wrong.length > 0 && performance.now() - changed < settleMs) wrong = await wrongCells(oracle);
  assert.deepEqual(wrong, [], message);
}

function describeCell({ from, to, port, protocol }: Cell, reached: boolean | undefined): string {
  const name = ({ metadata }: Pod) => `${metadata.namespace}/${metadata.name}`;
  return `${reached ? 'wrongly allowed' : 'wrongly denied'}: ${name(from)} -> ${name(to)} ${protocol}/${port}`;
}

/** A few policies with different names, the same ones for the same seed. */
function samplePolicies(seed: number): readonly KubernetesPolicy[] {
  const drawn = fc.sample(arbitraryKubernetesPolicy, { seed, numRuns: 12 });
  const known = drawn.filter(({ metadata }) => metadata.namespace === 'blue' || metadata.namespace === 'green');
  return [...new Map(known.map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one])).values()].slice(0, 4);
}

for (const seed of seeds) {
  test(`seed ${seed}: every pair of pods at every port is as the oracle says`, async (context) => {
    const before = await lab.cluster.list(policyKinds.kubernetesPolicies);
    for (const { metadata } of before.items) {
      await lab.cluster.delete(policyKinds.kubernetesPolicies, metadata.name, metadata.namespace);
    }
    for (const policy of samplePolicies(seed)) await lab.cluster.create(policyKinds.kubernetesPolicies, policy);
    const oracle = await readOracle();
    await settled(oracle, JSON.stringify(samplePolicies(seed)));
    const cells = probes.flatMap(({ pod }) => cellsFrom(pod));
    const allowed = cells.filter((cell) => isAllowed(oracle, cell)).length;
    context.diagnostic(`${allowed} of ${cells.length} cells allowed`);
  });
}

test('a policy of Calico above them: Deny in an earlier tier-order position wins in every cell', async () => {
  const from = { selector: "app == 'a'", namespaceSelector: 'all()' };
  await lab.cluster.create(networkPolicies, {
    apiVersion: 'projectcalico.org/v3',
    kind: 'NetworkPolicy',
    metadata: { name: 'no-a', namespace: 'blue' },
    spec: { order: 1, types: ['Ingress'], ingress: [{ action: 'Deny', source: from }, { action: 'Pass' }] },
  });
  await settled(await readOracle(), 'no-a');
});
