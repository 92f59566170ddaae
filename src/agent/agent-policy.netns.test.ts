import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { canConnect, listenIn } from '../../test/support/pod-connections.ts';
import { inPrivateNamespace } from '../../test/support/private-namespace.ts';
import { eventually, sh, TestNode } from '../../test/support/test-node.ts';
import { WiredPods } from '../../test/support/wired-pods.ts';
import type { NetworkPolicy } from '../api/calico-policy.ts';
import { globalNetworkPolicies, hostEndpoints, kubernetesPolicies, networkPolicies, pods } from '../api/kinds.ts';

if (inPrivateNamespace(import.meta.filename)) {
  const node = new TestNode();
  const servers: Server[] = [];
  const wired = new WiredPods(node);
  const debug = async (): Promise<Record<string, readonly Record<string, unknown>[]>> => {
    const response = await fetch(`http://127.0.0.1:${node.agent?.ports.health}/debug/policy`);
    return (await response.json()) as Record<string, readonly Record<string, unknown>[]>;
  };
  const allow80: NetworkPolicy = {
    metadata: { name: 'allow-tcp-80', namespace: 'default' },
    spec: {
      selector: "app == 'web'",
      types: ['Ingress'],
      ingress: [
        { action: 'Allow', protocol: 'TCP', source: { selector: "role == 'pod1'" }, destination: { ports: [80] } },
      ],
    },
  };

  before(async () => {
    await node.setUp();
    await node.addNode('node1', '192.0.2.11');
    await node.addPool('default-pool', { cidr: '10.24.0.0/16', natOutgoing: true, blockSize: 26 });
    await node.startReadyAgent();
  });
  after(async () => {
    wired.close();
    for (const server of servers) server.close();
    await node.tearDown();
  });

  test('policy: there before its pod -> in force when ADD answers; only port 80 from role=pod1 passes', async () => {
    await wired.make('client', { role: 'pod1' });
    await wired.make('stranger', { role: 'pod2' });
    await wired.wire('client');
    await wired.wire('stranger');
    await node.cluster.create(networkPolicies, allow80);
    await wired.make('web', { app: 'web' });
    await wired.wire('web');
    assert.deepEqual(
      await Promise.all([
        wired.reaches('stranger', 'web', 80),
        wired.reaches('client', 'web', 81),
        wired.reaches('client', 'web', 80),
        wired.reaches('web', 'client', 80),
      ]),
      [false, false, true, true],
    );
    assert.match(
      sh(`nsenter --net=${wired.at('web').netns} ping -c 1 -W 2 192.0.2.11`),
      / 0% packet loss/,
      'its own node',
    );
    assert.match(sh(`ping -c 1 -W 2 ${wired.at('web').ip}`), / 0% packet loss/, 'the node may always reach its pods');
  });

  test('policy: made in the same instant as its pod -> in force when ADD answers, every time', async () => {
    for (let i = 0; i < 8; i++) {
      const name = `fresh${i}`;
      const spec = { podSelector: { matchLabels: { app: name } }, policyTypes: ['Ingress' as const] };
      await Promise.all([
        node.cluster.create(kubernetesPolicies, { metadata: { name, namespace: 'default' }, spec }),
        wired.make(name, { app: name }),
      ]);
      await wired.wire(name);
      assert.equal(await wired.reaches('client', name, 80, 60), false, name);
    }
  });

  test('denied: a dropped connection -> one line with the tier that dropped it, the counters, and /debug/policy', async () => {
    await wired.reaches('stranger', 'web', 80);
    const { denied = [], rules = [] } = await eventually('denied packet', async () => {
      const found = await debug();
      return found.denied?.some(({ source }) => source === wired.at('stranger').ip) ? found : undefined;
    });
    const packet = denied.find(({ source }) => source === wired.at('stranger').ip);
    assert.deepEqual(
      [packet?.destination, packet?.destinationPort, packet?.protocol, packet?.direction, packet?.reason, packet?.tier],
      [wired.at('web').ip, 80, 'TCP', 'ingress', 'tier-end', 'default'],
    );
    assert.equal(packet?.workload, 'default/web');
    const [rule] = rules.filter(({ key }) => key === 'np/default/allow-tcp-80/ingress/0');
    assert.equal(rule?.packets, 1, 'the one connection that passed');
    const line = node.lines.find((one) => one.includes('"packet denied"') && one.includes(wired.at('stranger').ip));
    assert.match(line ?? '', /"destinationPort":80.*"count":\d/);
    const metrics = async () => {
      const text = await (await fetch(`http://127.0.0.1:${node.agent?.ports.metrics}/metrics`)).text();
      return text
        .split('\n')
        .filter((line) => /^(weft_policy_rule|weft_denied|felix_)/.test(line))
        .join('\n');
    };
    const text = await metrics();
    assert.match(
      text,
      /weft_policy_rule_packets_total\{tier="default",policy="np\/default\/allow-tcp-80",direction="ingress",rule="0",action="Allow"\} 1\n/,
    );
    assert.match(
      text,
      /weft_policy_rule_packets_total\{tier="default",policy="",direction="ingress",rule="end",action="Deny"\} [1-9]/,
    );
    assert.match(text, /felix_cluster_num_policies 9\n/);
    assert.match(text, /felix_active_local_policies 9\n/);
    assert.match(text, /weft_denied_packets_total\{reason="spoofed"\} 0/);
    assert.match(await metrics(), /rule="0",action="Allow"\} 1\n/, 'a second look counts nothing twice');
  });

  test('labels: of a pod change -> what it may reach follows, both ways', async () => {
    const set = (role: string) =>
      node.cluster.patch(pods, 'stranger', 'default', 'merge', { metadata: { labels: { role } } });
    await set('pod1');
    await eventually('opened', () => wired.reaches('stranger', 'web', 80, 50));
    await set('pod2');
    await eventually('closed', async () => !(await wired.reaches('stranger', 'web', 80, 50)));
  });

  test('Log rule: logged with the verdict of what decides after it', async () => {
    await node.cluster.create(globalNetworkPolicies, {
      metadata: { name: 'watch' },
      spec: {
        order: 1,
        selector: "app == 'web'",
        types: ['Ingress'],
        ingress: [{ action: 'Log', protocol: 'TCP', destination: { ports: [80] } }],
      },
    });
    await eventually('in the kernel', async () => 'cali-pi-gnp/watch/0' in ((await debug()).chains ?? {}));
    assert.equal(await wired.reaches('client', 'web', 80), true);
    const line = await eventually('line', () => node.lines.find((one) => one.includes('"policy log"')));
    const { policy, rule, verdict, decidedBy, destinationPort } = JSON.parse(line);
    assert.deepEqual(
      { policy, rule, verdict, decidedBy, destinationPort },
      {
        ...{ policy: 'gnp/watch', rule: 0, verdict: 'allowed', destinationPort: 80 },
        decidedBy: 'rule 0 of np/default/allow-tcp-80',
      },
    );
    await node.cluster.delete(globalNetworkPolicies, 'watch');
    await eventually('gone', async () => !(await debug()).rules?.some(({ key }) => key === 'gnp/watch/ingress/0'));
  });

  test('restart: closed all the time, counters kept, nothing rewritten', async () => {
    const chains = () => sh('nft -a list table inet weft').replaceAll(/packets \d+ bytes \d+/g, '');
    const before = { text: chains(), counters: (await debug()).chains };
    let open = 0;
    let probes = 0;
    const stop = new AbortController();
    const probing = (async () => {
      for (; !stop.signal.aborted; probes++) if (await wired.reaches('stranger', 'web', 80, 20)) open++;
    })();
    await node.stopAgent();
    await node.startReadyAgent();
    // A start can be quicker than a few probes.
    await eventually('more than three probes', () => probes > 3 || undefined);
    stop.abort();
    await probing;
    assert.equal(open, 0, `of ${probes} probes`);
    assert.equal(chains(), before.text);
    const counted = (await debug()).chains as unknown as Record<string, { packets: number }>;
    for (const [chain, { packets }] of Object.entries(before.counters as unknown as typeof counted)) {
      assert.ok((counted[chain]?.packets ?? -1) >= packets, chain);
    }
    assert.equal(await wired.reaches('client', 'web', 80), true);
  });

  test('refused ruleset: old one stays in force, health red with the words of nft, ADD refused; then all of it', async () => {
    const broken = join(node.directory, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'nft'), '#!/bin/sh\necho "Error: syntax error, unexpected junk" >&2\nexit 1\n');
    chmodSync(join(broken, 'nft'), 0o755);
    const path = process.env.PATH;
    process.env.PATH = `${broken}:${path}`;
    try {
      await node.cluster.create(networkPolicies, {
        metadata: { name: 'allow-81', namespace: 'default' },
        spec: {
          selector: "app == 'web'",
          types: ['Ingress'],
          ingress: [{ action: 'Allow', protocol: 'TCP', destination: { ports: [81] } }],
        },
      });
      const reason = await eventually('health red', () => node.agent?.readiness.reasons().get('resource nft'), 8000);
      assert.match(reason, /unexpected junk/);
      const { health } = node.agent?.ports ?? { health: 0 };
      assert.equal((await fetch(`http://127.0.0.1:${health}/readiness`)).status, 503);
      assert.equal(await wired.reaches('client', 'web', 80), true);
      assert.equal(await wired.reaches('stranger', 'web', 80, 50), false);
      await wired.make('late', { app: 'late' });
      const { msg } = await node.refused(node.podRequest('ADD', 'late', 'id-late', node.netns('late')));
      assert.match(msg, /unexpected junk/);
    } finally {
      process.env.PATH = path;
    }
    await eventually('health green', () => node.agent?.readiness.ready, 12_000);
    await eventually('the new policy', () => wired.reaches('stranger', 'web', 81, 50));
  });

  test('host endpoint: found by its address, closed but for its failsafe ports; gone -> as before', async () => {
    const outside = join(node.directory, 'netns', 'outside');
    node.netns('outside');
    sh(`ip link set wire netns ${outside}`);
    sh(`nsenter --net=${outside} ip link set wire up; nsenter --net=${outside} ip addr add 192.0.2.99/24 dev wire`);
    for (const port of [22, 7000]) servers.push(listenIn('/proc/self/ns/net', port));
    const answers = () => Promise.all([22, 7000].map((port) => canConnect(outside, '192.0.2.11', port, 100)));
    assert.deepEqual(await answers(), [true, true]);
    await node.cluster.create(hostEndpoints, {
      metadata: { name: 'eth' },
      spec: { node: 'node1', expectedIPs: ['192.0.2.11'] },
    });
    await eventually('closed', async () => !(await canConnect(outside, '192.0.2.11', 7000, 50)));
    assert.deepEqual(await answers(), [true, false]);
    await eventually('reported', async () =>
      (await debug()).denied?.some((one) => one.hostEndpoint === 'eth' && one.reason === 'no-profile'),
    );
    await node.cluster.delete(hostEndpoints, 'eth');
    await eventually('open', () => canConnect(outside, '192.0.2.11', 7000, 50));
  });

  test('pod deleted in the API while its sandbox stands -> its policies go on', async () => {
    await node.cluster.delete(networkPolicies, 'allow-81', 'default');
    await node.cluster.delete(pods, 'web', 'default', { gracePeriodSeconds: 0 });
    await eventually('closed', async () => !(await wired.reaches('stranger', 'web', 81, 50)));
    assert.equal(await wired.reaches('client', 'web', 80), true);
    assert.equal(await wired.reaches('stranger', 'web', 80, 50), false);
  });

  test('DEL -> the pod is forgotten with its connections, its device is an unknown one', async () => {
    const connections = () => sh(`conntrack -L 2>/dev/null | grep -cw ${wired.at('web').ip} || true`).trim();
    assert.equal(await wired.reaches('client', 'web', 80), true);
    assert.notEqual(connections(), '0');
    const response = await node.podRequest('DEL', 'web', 'id-web', wired.at('web').netns);
    assert.ok(response.ok);
    assert.equal(connections(), '0', 'whoever gets the address next must not go on with them');
    const { workloads = [] } = await debug();
    assert.ok(!workloads.some(({ name }) => name === 'default/web'));
  });
}
