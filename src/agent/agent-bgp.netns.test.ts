import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BgpTestNode } from '../../test/support/bgp-test-node.ts';
import { inPrivateNamespace } from '../../test/support/private-namespace.ts';
import { eventually, sh } from '../../test/support/test-node.ts';
import type { RefusedRoute } from '../api/calico-config.ts';
import { bgpPeers, secrets } from '../api/kinds.ts';

if (inPrivateNamespace(import.meta.filename)) {
  const node = new BgpTestNode();
  before(() => node.setUp());
  after(() => node.tearDown());

  test('BIRD away: agent not ready with the reason, pods are served all the same; BIRD started -> ready', async () => {
    await node.startAgent(...node.agentArguments);
    await eventually('reason', () => node.reasons.includes('BIRD is not running (no answer at '));
    assert.match(node.reasons, /bgp: BIRD is not running \(no answer at .*ctl\), its unit weft-bird must be started$/);
    await eventually('CNI configuration', () => {
      const folder = join(node.directory, 'net.d');
      return existsSync(folder) && readdirSync(folder).length === 1;
    });
    await node.addPod('early');
    await node.add('early', 'early', node.netns('early'));
    node.startBird();
    await eventually('ready', () => node.agent?.readiness.ready || Promise.reject(new Error(node.reasons)));
    assert.match(await node.metrics(), /^weft_bird_up 1$/m);
  });

  test('BGPPeer created -> established, route learned, told by event, metrics and debug view', async () => {
    await node.addPeer('rack1', { peerIP: '192.0.2.1', asNumber: 64_513 });
    await node.established('Global_192_0_2_1');
    await eventually('event', async () => (await node.notes('BGPSessionEstablished')).length > 0);
    assert.deepEqual(await node.notes('BGPSessionEstablished'), ['rack1: BGP established with 192.0.2.1 (AS 64513)']);
    const text = await eventually('metric', async () => {
      const found = await node.metrics();
      return found.includes('weft_bgp_session_up{session="Global_192_0_2_1",peer="192.0.2.1",type="global"} 1')
        ? found
        : undefined;
    });
    assert.match(text, /^bgp_peers\{ip_version="IPv4",status="Established"\} 1$/m);
    assert.match(text, /^bgp_routes_imported\{ip_version="IPv4"\} 1$/m);
    assert.match(
      text,
      /^weft_bgp_session_prefixes\{session="Global_192_0_2_1",ip_version="IPv4",direction="imported"\} 1$/m,
    );
    const debug = JSON.parse(await node.debug('status'));
    assert.equal((debug as { bgp: { sessions: { state: string }[] } }).bgp.sessions[0]?.state, 'Established');
  });

  test('default route and a route over a pool from outside -> refused, named in an event and the debug view', async () => {
    const [note = ''] = await eventually('event', async () => {
      const found = await node.notes('BGPRoutesRefused');
      return found.length > 0 ? found : undefined;
    });
    assert.match(
      note,
      /^rack1: 2 routes of 192.0.2.1 refused: 0.0.0.0\/0 \(a default route .*10.0.0.0\/8 \(covers pool/,
    );
    const debug = JSON.parse(await node.debug('status')) as { bgp: { refusedRoutes: RefusedRoute[] } };
    assert.deepEqual(
      debug.bgp.refusedRoutes.map(({ destination, peerIP }) => [destination, peerIP]),
      [
        ['0.0.0.0/0', '192.0.2.1'],
        ['10.0.0.0/8', '192.0.2.1'],
      ],
    );
    assert.doesNotMatch(sh('ip route'), /^(10\.0\.0\.0\/8|default via 192\.0\.2\.1 dev eth0 proto bird)/m);
  });

  test('password: Secret missing -> no session, named in an event; Secret added -> session; never shown', async () => {
    const secretKeyRef = { name: 'bgp', key: 'rack2' };
    await node.addPeer('rack2', { peerIP: '192.0.2.2', asNumber: 64_514, password: { secretKeyRef } });
    const [note = ''] = await eventually('event', async () => {
      const found = await node.notes('BGPFault');
      return found.length > 0 ? found : undefined;
    });
    assert.match(note, /^rack2: BGPPeer "rack2": .*Secret "bgp" with key "rack2" needed/);
    assert.equal(await node.session('Global_192_0_2_2'), undefined);
    const data = { rack2: Buffer.from('s3cret\n').toString('base64') };
    await node.cluster.create(secrets, { metadata: { name: 'bgp', namespace: 'kube-system' }, data });
    await node.established('Global_192_0_2_2');
    const shown = [await node.metrics(), ...node.lines];
    for (const path of ['desired', 'status'] as const) {
      shown.push(await node.debug(path));
    }
    assert.ok(!shown.some((text) => text.includes('s3cret')));
    assert.equal(sh(`stat -c %a ${node.files.configuration}`).trim(), '600');
  });

  test('BGPFilter that does not exist -> that session takes nothing, the other goes on', async () => {
    const before = (await node.session('Global_192_0_2_2'))?.since;
    await node.cluster.patch(bgpPeers, 'rack1', undefined, 'merge', { spec: { filters: ['missing'] } });
    await eventually('event', async () => (await node.notes('BGPFault')).some((note) => note.includes('"missing"')));
    await eventually(
      'nothing imported',
      async () => (await node.session('Global_192_0_2_1'))?.channels[0]?.imported === 0,
    );
    assert.equal((await node.session('Global_192_0_2_2'))?.since, before);
    await node.cluster.patch(bgpPeers, 'rack1', undefined, 'merge', { spec: { filters: null } });
    await eventually(
      'imported again',
      async () => (await node.session('Global_192_0_2_1'))?.channels[0]?.imported === 1,
    );
  });

  test('BGPPeer deleted -> session, metrics and Secret watch gone', async () => {
    await node.cluster.delete(bgpPeers, 'rack2');
    await eventually('gone', async () => (await node.session('Global_192_0_2_2')) === undefined);
    await eventually('metrics', async () => !(await node.metrics()).includes('Global_192_0_2_2'));
  });
}
