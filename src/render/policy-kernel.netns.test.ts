import assert from 'node:assert/strict';
import { closeSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { PacketCross } from '../../test/support/packet-cross.ts';
import { arrivals, assertArrivals, cellsOf, forgetConnections, keyOf } from '../../test/support/policy-cells.ts';
import { nodeChanges, nodeTable, openPolicyNode, podCount } from '../../test/support/policy-node.ts';
import { openNetns, openOwnNetns } from '../host/netns.ts';
import { NftTables } from '../host/nft-resource.ts';
import { setns, sys } from '../host/syscalls.ts';
import { formatReplacement } from '../nft/format.ts';
import type { Table } from '../nft/model.ts';
import { PolicyCalculation } from '../policy/calculation.ts';
import type { PolicyChange } from '../policy/policy-input.ts';
import type { PolicyResources } from '../policy/resources.ts';
import { arbitraryResources } from '../policy/testing/arbitrary-resources.ts';
import { emptyResources } from '../policy/testing/empty-resources.ts';
import { globalPolicy, kubernetesPolicy, namespace, packet, pod, tier } from '../policy/testing/policy-case.ts';
import { transition } from '../policy/testing/transition.ts';
import { reconcile } from '../reconcile/reconcile.ts';

/**
 * The third answer: real packets of random clusters through the rendered table, forwarded by the kernel, must arrive
 * exactly when the oracle's verdicts allow them. `WEFT_POLICY_KERNEL_RUNS=1000` looks for longer, `WEFT_POLICY_SEED`
 * elsewhere.
 */
const runs = Number(process.env.WEFT_POLICY_KERNEL_RUNS ?? 15);
const seed = Number(process.env.WEFT_POLICY_SEED ?? 20_261_121);
const cellsPerCluster = 500;

let home: number;
let cross: PacketCross;

before(() => {
  cross = openPolicyNode('policy');
  // The table is written by this process as the agent does it.
  home = openOwnNetns();
  enter(openNetns(cross.netns.name));
});
after(() => {
  enter(home);
  cross?.close();
});

function enter(netns: number): void {
  setns(netns, sys.CLONE_NEWNET);
  closeSync(netns);
}

function resourcesWith(hostEndpoints: boolean): fc.Arbitrary<PolicyResources> {
  return arbitraryResources({ pods: podCount, policies: 3, hostEndpoints });
}

function load(resources: PolicyResources): void {
  const calculation = new PolicyCalculation();
  calculation.apply(nodeChanges(resources));
  cross.netns.nft(formatReplacement(nodeTable(resources, calculation.state())));
}

async function assertKernelAgrees(hostEndpoints: boolean): Promise<void> {
  let packets = 0;
  const property = fc.asyncProperty(resourcesWith(hostEndpoints), fc.nat(96), async (resources, salt) => {
    load(resources);
    const cells = cellsOf(resources, cellsPerCluster, salt);
    await assertArrivals(cross, cells);
    packets += cells.length;
  });
  await fc.assert(property, { seed, numRuns: runs });
  console.log(`${runs} clusters, ${packets} packets: each arrived if and only if policy allows it`);
}

async function write(tables: NftTables, table: Table): Promise<void> {
  const outcome = await reconcile(tables.resource(), tables.desired(table), AbortSignal.timeout(10_000));
  assert.deepEqual(outcome.failures, []);
}

/** From `start` to one cluster after the other in pieces, each written as the agent writes it. */
async function follow(
  start: PolicyResources,
  clusters: readonly PolicyResources[],
  salt: number,
  arrived: (resources: PolicyResources) => Promise<void>,
): Promise<void> {
  const tables = new NftTables('inet', 'weft');
  try {
    const calculation = new PolicyCalculation();
    calculation.apply(nodeChanges(start));
    await write(tables, nodeTable(start, calculation.state()));
    let known: readonly PolicyChange[] = nodeChanges(start);
    for (const resources of clusters) {
      const wanted = nodeChanges(resources);
      const chunks = transition(known, wanted, salt);
      for (const [index, chunk] of chunks.entries()) {
        calculation.apply(chunk);
        if (index % 4 === 0) await write(tables, nodeTable(resources, calculation.state()));
      }
      await write(tables, nodeTable(resources, calculation.state()));
      await arrived(resources);
      known = wanted;
    }
  } finally {
    tables.close();
  }
}

/** Every cluster has it; what it denies is denied whatever else changes. */
const guard = globalPolicy('guard', {
  tier: 'guard',
  selector: 'all()',
  types: ['Ingress', 'Egress'],
  ingress: [{ action: 'Deny', protocol: 'TCP', destination: { ports: [666] } }, { action: 'Pass' }],
  egress: [{ action: 'Pass' }],
});

function guarded(resources: PolicyResources): PolicyResources {
  return {
    ...resources,
    tiers: [...resources.tiers, tier('guard', { order: 0 })],
    globalNetworkPolicies: [...resources.globalNetworkPolicies, guard],
  };
}

/** Sends new connections to the guarded port while `during` runs; how many, and how many arrived. */
async function probe(during: Promise<void>): Promise<{ readonly sent: number; readonly arrived: number }> {
  let running = true;
  const ended = during.finally(() => {
    running = false;
  });
  let sent = 0;
  let arrived = 0;
  while (running) {
    const sourcePort = 1024 + (sent % 60_000);
    cross.send(0, { ...packet('10.0.0.1 > 10.0.0.2 TCP 666'), sourcePort });
    cross.send(1, { ...packet('fd00::2 > fd00::1 TCP 666'), sourcePort });
    sent += 2;
    arrived += cross.received().filter((one) => one.packet.destinationPort === 666).length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await ended;
  return { sent, arrived };
}

/** p1 may talk to p2, and nobody to p1. */
const oneWay: Partial<PolicyResources> = {
  namespaces: [namespace('blue')],
  pods: [pod('blue/p1', { app: 'a' }, '10.0.0.1'), pod('blue/p2', {}, '10.0.0.2')],
  kubernetesPolicies: [kubernetesPolicy('blue/closed', { podSelector: { matchLabels: { app: 'a' } } })],
};

describe('kernel', () => {
  test('pods: any cluster -> what arrives is what the oracle allows', () => assertKernelAgrees(false));
  test('host endpoints: any cluster -> what arrives is what the oracle allows', () => assertKernelAgrees(true));

  test('steps: from any cluster to any other, in any order -> what arrives is what the oracle allows', async () => {
    let packets = 0;
    const clusters = fc.tuple(resourcesWith(true), resourcesWith(true), resourcesWith(true));
    const property = fc.asyncProperty(clusters, fc.nat(), async (all, salt) => {
      await follow(emptyResources, all, salt, async (resources) => {
        const cells = cellsOf(resources, cellsPerCluster, salt);
        await assertArrivals(cross, cells);
        packets += cells.length;
      });
    });
    const sequences = Math.ceil(runs / 6);
    await fc.assert(property, { seed, numRuns: sequences });
    console.log(`${sequences} sequences, ${packets} packets: each arrived if and only if policy allows it`);
  });

  test('churn: what one policy denies -> never arrives while everything else changes', async () => {
    const clusters = fc.sample(resourcesWith(true), { seed, numRuns: 4 }).map(guarded);
    const start = guarded(emptyResources);
    load(start);
    cross.received();
    const { sent, arrived } = await probe(follow(start, clusters, seed, async () => {}));
    assert.ok(sent > 100, `${sent} packets sent`);
    assert.equal(arrived, 0, `of ${sent} packets sent`);
  });

  test('answers: to a packet that was allowed -> arrive, whatever the policy for new ones', async () => {
    load({ ...emptyResources, ...oneWay });
    forgetConnections(cross);
    const question = packet('10.0.0.1 > 10.0.0.2 TCP 80');
    const { source, destination, sourcePort = 0, destinationPort = 0 } = question;
    const answer = { ...question, source: destination, destination: source };
    const swapped = { ...answer, sourcePort: destinationPort, destinationPort: sourcePort };
    cross.received();
    cross.send(1, swapped);
    assert.deepEqual(cross.received(), []);
    cross.send(0, question);
    cross.send(1, swapped);
    const wanted = new Set([keyOf(1, question), keyOf(0, swapped)]);
    assert.deepEqual(await arrivals(cross, wanted), wanted);
  });
});
