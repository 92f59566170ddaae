import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { IPAMBlock } from '../../api/calico.ts';
import { splitFinalizer } from '../../api/ip-pool.ts';
import { ipamBlocks, ipamConfigurations, ipPools, nodes, pods } from '../../api/kinds.ts';
import type { Kind, KubernetesObject } from '../../api/meta.ts';
import { blockName } from '../../api/names.ts';
import { startApiServer } from '../../apiserver/server.ts';
import { parseCidr } from '../../net/cidr.ts';
import { type CliWorld, startCliWorld } from '../testing/run-cli.ts';

let world: CliWorld;
before(async () => {
  world = await startCliWorld(startApiServer);
  await world.cluster.create(nodes, { metadata: { name: 'n1' } });
});
after(() => world.stop());
beforeEach(async () => {
  for (const kind of [ipPools, ipamBlocks] as readonly Kind<KubernetesObject>[]) {
    for (const { metadata } of (await world.cluster.list(kind)).items) await world.cluster.delete(kind, metadata.name);
  }
  for (const { metadata } of (await world.cluster.list(pods)).items) {
    await world.cluster.delete(pods, metadata.name, 'default', { gracePeriodSeconds: 0 });
  }
  await world.cluster.delete(ipamConfigurations, 'default');
});

const weft = (line: string) => world.weft(line.split(' '));

/** A block of 64 addresses whose first ones are held by pods of namespace default. */
async function block(cidr: string, owners: readonly string[], host = 'n1'): Promise<void> {
  const allocations = Array.from({ length: 64 }, (_slot, ordinal) => (ordinal < owners.length ? ordinal : null));
  await world.cluster.create<IPAMBlock>(ipamBlocks, {
    metadata: { name: blockName(parseCidr(cidr)) },
    spec: {
      cidr,
      affinity: `host:${host}`,
      allocations,
      unallocated: allocations.flatMap((slot, ordinal) => (slot === null ? [ordinal] : [])),
      attributes: owners.map((pod) => ({
        handle_id: `k8s-pod-network.${pod}`,
        secondary: { pod, namespace: 'default', node: 'n1' },
      })),
      sequenceNumber: 10,
      sequenceNumberForAllocation: Object.fromEntries(owners.map((_owner, ordinal) => [ordinal, ordinal + 1])),
    },
  });
}

async function pool(name: string, cidr: string, finalizers: readonly string[] = []): Promise<void> {
  const spec = { cidr, vxlanMode: 'Always', natOutgoing: true } as const;
  await world.cluster.create(ipPools, { metadata: { name, finalizers }, spec });
}

async function pod(name: string, ip: string): Promise<void> {
  const created = await world.cluster.create(pods, {
    metadata: { name, namespace: 'default' },
    spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
  });
  await world.cluster.updateStatus(pods, { ...created, status: { phase: 'Running', podIP: ip, podIPs: [{ ip }] } });
}

describe('ipam show', () => {
  test('--ip: held -> handle and owner; free -> not assigned; no address -> usage', async () => {
    await block('10.1.0.0/26', ['web']);
    assert.equal(
      (await weft('ipam show --ip=10.1.0.0')).out,
      'IP 10.1.0.0 is in use\nHandle ID: k8s-pod-network.web\n' +
        'Active Owner Attributes:\n  namespace: default\n  node: n1\n  pod: web\n',
    );
    assert.equal((await weft('ipam show --ip 10.1.0.9')).out, '10.1.0.9 is not assigned\n');
    assert.equal((await weft('ipam show --ip fd00:0::1')).out, 'fd00::1 is not assigned\n');
    const wrong = await weft('ipam show --ip x');
    assert.equal(wrong.status, 2);
    assert.match(wrong.err, /--ip is "x", an IPv4 or IPv6 address needed/);
  });

  test('--show-borrowed: block of another node -> one row', async () => {
    await block('10.1.0.0/26', ['own']);
    await block('10.1.0.64/26', ['web'], 'n2');
    assert.equal(
      (await weft('ipam show --show-borrowed')).out,
      `
+-----------+----------------+--------------+-------------+------+--------------+
|    IP     | BORROWING-NODE |    BLOCK     | BLOCK OWNER | TYPE | ALLOCATED-TO |
+-----------+----------------+--------------+-------------+------+--------------+
| 10.1.0.64 | n1             | 10.1.0.64/26 | n2          | pod  | default/web  |
+-----------+----------------+--------------+-------------+------+--------------+
`.trimStart(),
    );
  });

  test('configure: set and shown -> messages of calicoctl; rules that clash -> refused, nothing changed', async () => {
    const set = await weft('ipam configure --strictaffinity=true --max-blocks-per-host 7');
    assert.equal(set.out, 'Successfully set StrictAffinity to: true\nSuccessfully set MaxBlocksPerHost to: 7\n');
    const shown = await weft('ipam show --show-configuration');
    assert.match(shown.out, /\| StrictAffinity +\| true +\|\n/);
    assert.match(shown.out, /\| MaxBlocksPerHost +\| +7 \|\n/);
    assert.equal((await weft('ipam configure show')).out, shown.out);
    const clash = await weft('ipam configure --strictaffinity=false');
    assert.equal(clash.status, 1);
    assert.match(clash.err, /MaxBlocksPerHost/);
    assert.equal((await weft('ipam show --show-configuration')).out, shown.out);
    assert.match((await weft('ipam configure')).err, /^at least one configuration option must be specified$/);
    assert.match((await weft('ipam configure --strictaffinity maybe')).err, /true or false needed/);
  });
});

describe('ipam check and release', () => {
  test('leaked address: reported, judged again, released once', async () => {
    await pool('p', '10.1.0.0/16');
    await block('10.1.0.0/26', ['web', 'gone', 'back']);
    await pod('web', '10.1.0.0');
    const report = join(world.directory, 'report.json');
    const check = await world.weft(['ipam', 'check', '--show-problem-ips', '-o', report]);
    assert.match(
      check.out,
      /^Checking IPAM for inconsistencies\.\.\.\n\nLoading all IPAM blocks\.\.\.\nFound 1 IPAM blocks\.\n/,
    );
    assert.match(check.out, / IPAM block 10\.1\.0\.0\/26 affinity=host:n1:\nIPAM blocks record 3 allocations\.\n/);
    assert.match(check.out, / {2}10\.1\.0\.1 leaked address: pod default\/gone does not exist\n/);
    assert.match(check.out, /Found 2 IPs that are allocated in IPAM but not actually in use\.\n/);
    assert.match(check.out, /Check complete; found 2 problems\.\n$/);
    await pod('back', '10.1.0.2');
    const release = await world.weft(['ipam', 'release', '--from-report', report, '--from-report', report]);
    assert.equal(
      release.out,
      'Releasing 1 old IPs...\nReleased 1 IPs successfully\n' +
        '1 addresses marked as leaked in the report are in use by now and were left alone.\n',
    );
    assert.equal((await weft('ipam show --ip 10.1.0.1')).out, '10.1.0.1 is not assigned\n');
    assert.match((await weft('ipam check')).out, /found 0 problems\.\n$/);
    const again = await world.weft(['ipam', 'release', '--from-report', report]);
    assert.match(again.out, /Released 0 IPs successfully\n1 addresses marked as leaked .* had already been cleaned up/);
  });

  test('reports: of another cluster, broken, missing -> refused in one line', async () => {
    const file = join(world.directory, 'other.json');
    writeFileSync(file, '{"clusterGUID":"other","allocations":{}}');
    const other = await world.weft(['ipam', 'release', '--from-report', file]);
    assert.match(other.err, /mismatched cluster GUID\. Refusing to release$/);
    writeFileSync(file, '{"allocations":[]');
    assert.match((await world.weft(['ipam', 'release', '--from-report', file])).err, /^Cannot read report ".*": /);
    assert.match((await weft('ipam release --from-report /gone')).err, /^Cannot read report "\/gone": no such file/);
    assert.equal((await weft('ipam release')).status, 2);
  });

  test('release --ip: pod lives -> refused, --force -> released; not assigned -> said', async () => {
    await block('10.1.0.0/26', ['web']);
    await pod('web', '10.1.0.0');
    const refused = await weft('ipam release --ip 10.1.0.0');
    assert.equal(refused.err, 'Cannot release IP address "10.1.0.0": pod default/web holds it, --force needed');
    assert.equal(refused.status, 1);
    assert.equal((await weft('ipam release --ip 10.1.0.0 --force')).out, 'Successfully released IP address 10.1.0.0\n');
    assert.equal((await weft('ipam release --ip 10.1.0.0')).err, 'IP address 10.1.0.0 is not assigned');
  });

  test('report: keys that other programs read', async () => {
    await block('10.1.0.0/26', ['gone']);
    const file = join(world.directory, 'keys.json');
    await world.weft(['ipam', 'check', '-o', file]);
    const report = JSON.parse(readFileSync(file, 'utf8'));
    assert.deepEqual(Object.keys(report).slice(0, 3), ['version', 'clusterGUID', 'clusterType']);
    const [allocation] = report.allocations['10.1.0.0'];
    assert.equal(allocation.inUse, false);
    assert.equal(allocation.sequenceNumber, 1);
    assert.deepEqual(
      report.problems.map(({ kind }: { kind: string }) => kind),
      ['leaked address', 'block outside pools'],
    );
  });
});

describe('ipam split', () => {
  test('a /24 in four -> parts with the same settings, the whole gone, done again -> said', async () => {
    await pool('p', '10.0.1.0/24');
    const split = await weft('ipam split 4 --name=p');
    assert.equal(
      split.out,
      'IP Pool p was successfully split into 4 smaller pools.\n' +
        [0, 1, 2, 3].map((part) => `Created split-p-${part} with CIDR 10.0.1.${part * 64}/26.\n`).join(''),
    );
    const { items } = await world.cluster.list(ipPools);
    assert.deepEqual(
      items.map(({ metadata, spec }) => [metadata.name, spec.cidr, spec.vxlanMode, spec.natOutgoing]),
      [0, 1, 2, 3].map((part) => [`split-p-${part}`, `10.0.1.${part * 64}/26`, 'Always', true]),
    );
    assert.match((await weft('ipam split 4 --name=p')).err, /^unable to find IP pool p; there are: split-p-0 \(/);
  });

  test('interrupted after two parts -> the same command finishes', async () => {
    await pool('p', '10.0.1.0/24', [splitFinalizer]);
    await world.cluster.delete(ipPools, 'p');
    await pool('split-p-0', '10.0.1.0/26');
    await pool('split-p-1', '10.0.1.64/26');
    const { status, err } = await weft('ipam split 4 --cidr 10.0.1.0/24');
    assert.equal(status, 0, err);
    assert.deepEqual(
      (await world.cluster.list(ipPools)).items.map(({ metadata }) => metadata.name),
      ['split-p-0', 'split-p-1', 'split-p-2', 'split-p-3'],
    );
  });

  const refused: readonly [line: string, err: RegExp][] = [
    ['ipam split 3 --name p', /3 is not a power of 2/],
    ['ipam split 8 --name p', /not large enough to be split into 8 parts: each would be a \/27, blocks are \/26/],
    ['ipam split x --name p', /"x" is not a number of pools/],
    ['ipam split 2', /^no name or CIDR provided/],
    ['ipam split 2 3 --name p', /^Unexpected word "3"; usage: weft ipam split/],
  ];
  for (const [line, err] of refused) {
    test(`${line}: -> refused, pool stays`, async () => {
      await pool('p', '10.0.1.0/24');
      assert.match((await weft(line)).err, err);
      assert.equal((await world.cluster.list(ipPools)).items.length, 1);
    });
  }
});
