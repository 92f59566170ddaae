import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inPrivateNamespace } from '../../test/support/private-namespace.ts';
import { parseIp } from '../net/ip.ts';
import type { SetElement, Table } from '../nft/model.ts';
import { isConverged, totalChanges } from '../reconcile/outcome.ts';
import { runPlan } from '../reconcile/plan.ts';
import { step } from '../reconcile/step.ts';
import { ipipResource, wantedIpipTunnels } from './ipip-resource.ts';
import { NetlinkSocket } from './netlink-socket.ts';
import { NftTables } from './nft-resource.ts';
import { podLinkResource, wantedPodLink } from './pod-link-resource.ts';

const signal = new AbortController().signal;

function sh(command: string): string {
  return execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' });
}

function table(elements: readonly SetElement[], comment = 'the only rule'): Table {
  return {
    family: 'inet',
    name: 'weft',
    sets: [{ name: 'pods', key: ['ifname', 'ipv4_addr'], flags: [], elements }],
    maps: [],
    chains: [
      {
        name: 'filter-forward',
        hook: { type: 'filter', hook: 'forward', priority: 0, policy: 'accept' },
        rules: [{ match: 'iifname . ip saddr @pods', action: 'accept', comment }],
      },
    ],
  };
}

const pod = (n: number): SetElement => ({ key: [`cali${n}`, `10.24.0.${n}`] });

if (inPrivateNamespace(import.meta.filename)) {
  sh('ip link set lo up; ip link add eth0 type veth peer name wire; ip addr add 192.0.2.1/24 dev eth0');
  sh('ip link set eth0 up; ip link set wire up');
  const directory = mkdtempSync(join(tmpdir(), 'weft-resources-'));
  after(() => {
    sh(`umount ${directory}/bpf 2>/dev/null || true`);
    rmSync(directory, { recursive: true, force: true });
  });

  const foreign = 'add table ip other\nadd chain ip other c\nadd rule ip other c counter drop\n';
  execFileSync('nft', ['-f', '-'], { input: foreign });
  const foreignBefore = sh('nft -a list table ip other');
  const tables = new NftTables('inet', 'weft');
  const pass = (wanted: Table) => runPlan([step(tables.resource(), tables.desired(wanted), { gate: true })], signal);
  const handles = () => sh('nft -a list table inet weft').match(/# handle \d+/g);

  test('nft: table missing -> made; second pass changes nothing', async () => {
    assert.ok(isConverged(await pass(table([pod(1)]))));
    assert.equal(totalChanges(await pass(table([pod(1)]))), 0);
  });

  test('nft: elements come and go -> only they change, structure and handles stay', async () => {
    const before = handles();
    for (const elements of [[pod(1), pod(2)], [pod(2)], [pod(3), pod(4)], [pod(1)]]) {
      const outcome = await pass(table(elements));
      assert.ok(isConverged(outcome) && totalChanges(outcome) === 1, JSON.stringify(outcome));
      for (const { key } of elements)
        assert.match(sh('nft list set inet weft pods'), new RegExp(`"${key[0]}" . ${key[1]}`));
    }
    assert.deepEqual(handles(), before);
  });

  const drifts: readonly (readonly [string, string])[] = [
    ['element deleted', 'nft delete element inet weft pods { "cali1" . 10.24.0.1 }'],
    ['foreign element added', 'nft add element inet weft pods { "cali9" . 10.24.0.9 }'],
    ['chain flushed', 'nft flush chain inet weft filter-forward'],
    ['foreign rule added', 'nft insert rule inet weft filter-forward drop'],
    ['foreign chain added', 'nft add chain inet weft mine'],
    ['table deleted', 'nft delete table inet weft'],
  ];
  for (const [name, command] of drifts) {
    test(`nft: ${name} -> repaired, then nothing more to do`, async () => {
      sh(command);
      const outcome = await pass(table([pod(1)]));
      assert.ok(isConverged(outcome) && totalChanges(outcome) > 0, JSON.stringify(outcome));
      assert.equal(totalChanges(await pass(table([pod(1)]))), 0);
    });
  }

  test('nft: rules change -> one transaction; the rules that cannot be loaded -> failure, what was stays', async () => {
    assert.ok(isConverged(await pass(table([pod(1)], 'another reason'))));
    const before = sh('nft list table inet weft');
    const broken = table([pod(1)]);
    const [chain] = broken.chains;
    assert.ok(chain !== undefined);
    const rules = [{ match: 'nonsense', action: 'accept', comment: 'broken' }];
    const outcome = await pass({ ...broken, chains: [{ ...chain, rules }] });
    assert.match(outcome.failures[0]?.error.message ?? '', /nonsense/);
    assert.equal(sh('nft list table inet weft'), before);
    assert.ok(isConverged(await pass(table([pod(1)]))));
  });

  test('nft: all of that -> the table of others is as it was', () => {
    assert.equal(sh('nft -a list table ip other'), foreignBefore);
  });

  test('ipip: tunnel made of eBPF -> made, kept, repaired, changed, removed', async () => {
    const tunnel = {
      device: 'tunl0',
      mtuBytes: 1480,
      local: parseIp('192.0.2.1'),
      underlay: ['eth0'],
      peers: [parseIp('192.0.2.2')],
    };
    const resource = ipipResource(join(directory, 'bpf'));
    const tunnels = (wanted: readonly (typeof tunnel)[]) =>
      runPlan([step(resource, wantedIpipTunnels(wanted))], signal);
    assert.ok(isConverged(await tunnels([tunnel])));
    assert.equal(totalChanges(await tunnels([tunnel])), 0);
    for (const drift of ['ip link set tunl0 down', 'ip link set tunl0 mtu 1400', 'ip link del tunl0']) {
      sh(drift);
      const outcome = await tunnels([tunnel]);
      assert.ok(isConverged(outcome) && totalChanges(outcome) > 0, `${drift}: ${JSON.stringify(outcome)}`);
    }
    const more = { ...tunnel, peers: [...tunnel.peers, parseIp('192.0.2.3')] };
    assert.ok(isConverged(await tunnels([more])));
    assert.equal(totalChanges(await tunnels([more])), 0);
    assert.ok(isConverged(await tunnels([])));
    assert.doesNotMatch(sh('ip link'), /tunl0/);
  });

  test('pod link: set down, MAC or MTU changed -> set right; a device that is gone or of others is left alone', async () => {
    sh('ip link add cali1 type veth peer name pod1; ip link add other1 type veth peer name other2');
    using nl = NetlinkSocket.open();
    const names = new Set(['cali1', 'caligone']);
    const pass = () => runPlan([step(podLinkResource(nl, names), [wantedPodLink('cali1', 1400)])], signal);
    assert.ok(isConverged(await pass()));
    assert.match(sh('ip link show cali1'), /<.*UP.*>[\s\S]*ee:ee:ee:ee:ee:ee/);
    assert.match(sh('ip link show cali1'), /mtu 1400 /);
    sh('ip link set cali1 mtu 1300');
    assert.equal(totalChanges(await pass()), 1);
    sh('ip link set cali1 down');
    assert.equal(totalChanges(await pass()), 1);
    assert.equal(totalChanges(await pass()), 0);
    assert.match(sh('ip link show other1'), /state DOWN/);
  });
}
