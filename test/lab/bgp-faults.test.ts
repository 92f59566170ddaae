import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { bgpFilters, bgpPeers, secrets } from '../../src/api/kinds.ts';
import { labDirectory } from '../../src/lab/directory.ts';
import { cidrAddress, parseCidr } from '../../src/net/cidr.ts';
import { ipPlus } from '../../src/net/ip.ts';
import { BgpFaultsWorld } from './support/bgp-faults-world.ts';
import { address, asPath, attribute, flags, message, updateMessage, usualAttributes } from './support/bgp-messages.ts';
import { BgpSpeaker } from './support/bgp-speaker.ts';
import { runWeft, until } from './support/lab-fixture.ts';

/** What is told of the cluster that must stay as it is, whatever peers do. */
interface Calm {
  readonly learned: Readonly<Record<string, readonly string[]>>;
}

const outsideAs = 65_001;
let world: BgpFaultsWorld;
let calm: Calm;
/** A router outside the cluster with which node1 has a session. */
let outside: BgpSpeaker;
let outsideIp: string;
/** A router whose BGPPeer names another AS than it has. */
let other: BgpSpeaker;
let otherIp: string;
/** A router, BIRD, with a password. */
let lockedIp: string;
let directory: string;

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'weft-bgp-faults-'));
  world = await BgpFaultsWorld.start('faults');
  calm = { learned: { master: await world.learned('master'), node1: await world.learned('node1') } };
  assert.equal(calm.learned.node1?.length, 1, 'the block of the other node, no single addresses');
  outsideIp = await world.address(241, true);
  outside = await BgpSpeaker.start(world.lab, 'router', { address: outsideIp, asNumber: outsideAs });
  await world.peer('outside', { peerIP: outsideIp, asNumber: outsideAs });
  otherIp = await world.address(242, true);
  other = await BgpSpeaker.start(world.lab, 'router', { address: otherIp, asNumber: 65_002 });
  await world.peer('wrong-as', { peerIP: otherIp, asNumber: 65_099 });
  await outside.heard('established');
});
after(async () => {
  if (lockedIp !== undefined) await world.lab.tryOn('router', 'birdc', '-s', join(directory, 'locked.ctl'), 'down');
  await other?.stop();
  await outside?.stop();
  await world?.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function startLockedRouter(): Promise<void> {
  lockedIp = await world.address(244, true);
  const file = join(directory, 'locked.conf');
  writeFileSync(
    file,
    `router id ${lockedIp};
protocol device { }
protocol bgp node1 {
  local ${lockedIp} as 65004; neighbor ${world.lab.address('node1')} as 64512;
  password "right"; strict bind on; multihop; ipv4 { import all; export none; };
}
`,
  );
  const files = ['-c', file, '-s', join(directory, 'locked.ctl'), '-P', join(directory, 'locked.pid')];
  await world.lab.on('router', 'bird', ...files);
}

const blockOf = async (node: string) => (await world.lab.blocks(node))[0] ?? '';

test('default route, routes over and into a pool, own block from outside: -> refused, named', async () => {
  const bad = ['0.0.0.0/0', '10.0.0.0/8', '10.24.0.0/16', '10.24.255.0/26', '10.24.255.9/32'];
  const own = await blockOf('node1');
  // An address of a pod here.
  bad.push(`${ipPlus(cidrAddress(parseCidr(own)), 5)}/32`);
  outside.announce(...bad, own, '198.51.100.0/24');
  await world.untilLearned('the good one', (found) => found.includes('198.51.100.0/24'));
  assert.deepEqual(await world.learned(), [...(calm.learned.node1 ?? []), '198.51.100.0/24'].sort());
  const { refusedRoutes, sessions } = await world.reported(
    'refused routes',
    (report) => report.refusedRoutes.length >= bad.length + 1,
  );
  for (const destination of [...bad, own]) {
    const found = refusedRoutes.find((route) => route.destination === destination);
    assert.ok(found, `${destination} in ${JSON.stringify(refusedRoutes)}`);
    assert.equal(found.peerIP, outsideIp);
    assert.match(found.reason, destination === '0.0.0.0/0' ? /default route/i : /pool|block/i);
  }
  assert.equal(sessions.find((one) => one.peerIP === outsideIp)?.prefixesRefused, bad.length + 1);
  await world.event('outside', 'BGPRoutesRefused', /0\.0\.0\.0\/0/);
  outside.withdraw(...bad, own, '198.51.100.0/24');
  await world.reported('nothing refused', (report) => report.refusedRoutes.length === 0);
});

test('routes to a node, to half of everything, to addresses of a link, into a pool without a path: -> refused, named', async () => {
  const other = await blockOf('master');
  const bad = [`${world.lab.address('master')}/32`, '128.0.0.0/1', '169.254.169.254/32'];
  outside.announce(...bad);
  // No AS at all, as if it were of the cluster's own AS: only inside an AS is that possible.
  outside.send(updateMessage(usualAttributes([], outsideIp), [other]));
  const { refusedRoutes } = await world.reported('refused routes', (report) => report.refusedRoutes.length === 4);
  assert.deepEqual(refusedRoutes.map(({ destination }) => destination).sort(), [...bad, other].sort());
  assert.deepEqual(await world.learned(), calm.learned.node1);
  outside.withdraw(...bad, other);
  await world.reported('nothing refused', (report) => report.refusedRoutes.length === 0);
});

test('thousands of refused routes: -> all counted, some named, none in the kernel', async () => {
  const many = Array.from({ length: 3000 }, (_, index) => `10.24.${128 + (index >> 8)}.${index & 255}/32`);
  outside.announce(...many);
  const { refusedRoutes } = await world.session(outsideIp, 'all counted', (one) => one?.prefixesRefused === 3000);
  assert.ok(refusedRoutes.length <= 100, `${refusedRoutes.length} named`);
  assert.deepEqual(await world.learned(), calm.learned.node1);
  await world.event('outside', 'BGPRoutesRefused', /^3000 routes .* and \d+ more$/);
  outside.withdraw(...many);
  const { sessions } = await world.reported('nothing refused', (report) => report.refusedRoutes.length === 0);
  assert.equal(sessions.find((one) => one.peerIP === outsideIp)?.flaps, 0);
});

test('stranger at the port of BGP: -> turned away, no session changes', async () => {
  const sessions = async () => (await world.report()).sessions.map(({ name, state, flaps }) => [name, state, flaps]);
  const before = await sessions();
  const strangerIp = await world.address(245, true);
  const program = `const socket = require('node:net').connect({
      host: '${world.lab.address('node1')}', port: 179, localAddress: '${strangerIp}' });
    socket.on('connect', () => socket.write(Buffer.alloc(4096, 0xff)));
    socket.on('data', (data) => process.stdout.write(data.subarray(18, 21).toString('hex')));
    socket.on('error', () => {});
    socket.on('close', () => process.exit(0));
    setTimeout(() => process.exit(1), 5000);`;
  await world.lab.on('router', process.execPath, '-e', program);
  assert.deepEqual(await sessions(), before);
});

test('default route that a filter accepts: -> taken; without the filter -> gone', async () => {
  await world.filter('take-default', [{ cidr: '0.0.0.0/0', matchOperator: 'Equal', action: 'Accept' }]);
  await world.change('outside', { filters: ['take-default'] });
  outside.announce('0.0.0.0/0');
  await world.untilLearned('the default route', (found) => found.includes('default'));
  await world.change('outside', { filters: [] });
  await world.untilLearned('no default route', (found) => !found.includes('default'));
  outside.withdraw('0.0.0.0/0');
  await world.lab.cluster.delete(bgpFilters, 'take-default');
});

test('overlapping filters: the first rule that fits decides, so their order does', async () => {
  await world.filter('one-in', [{ cidr: '198.51.101.0/24', matchOperator: 'Equal', action: 'Accept' }]);
  await world.filter('all-out', [{ cidr: '198.51.100.0/22', matchOperator: 'In', action: 'Reject' }]);
  await world.change('outside', { filters: ['one-in', 'all-out'] });
  outside.announce('198.51.100.0/24', '198.51.101.0/24', '198.51.104.0/24');
  const seen = (found: readonly string[]) => found.filter((one) => one.startsWith('198.51.')).join();
  await world.untilLearned('one in', (found) => seen(found) === '198.51.101.0/24,198.51.104.0/24');
  const { refusedRoutes } = await world.reported('named', (report) => report.refusedRoutes.length === 1);
  assert.equal(refusedRoutes[0]?.destination, '198.51.100.0/24');
  assert.match(refusedRoutes[0].reason, /filter/i);
  await world.change('outside', { filters: ['all-out', 'one-in'] });
  await world.untilLearned('all out', (found) => seen(found) === '198.51.104.0/24');
});

test('filter that does not exist: -> everything of the session is refused, named; then it exists -> taken', async () => {
  await world.change('outside', { filters: ['nowhere'] });
  await world.untilLearned('nothing', (found) => !found.some((one) => one.startsWith('198.51.')));
  await world.reported('a warning', ({ warnings }) =>
    warnings.some((one) => one.includes('"nowhere"') && one.includes('"outside"')),
  );
  await world.event('outside', 'BGPFault', /"nowhere"/);
  await world.filter('nowhere', [{ action: 'Accept' }]);
  await world.untilLearned('taken', (found) => found.includes('198.51.104.0/24'));
  await world.change('outside', { filters: [] });
  for (const name of ['nowhere', 'one-in', 'all-out']) await world.lab.cluster.delete(bgpFilters, name);
  outside.withdraw('198.51.100.0/24', '198.51.101.0/24', '198.51.104.0/24');
});

const badFilters: readonly (readonly [rule: Readonly<Record<string, unknown>>, field: RegExp])[] = [
  [{ cidr: '10.0.0.0/33', matchOperator: 'In', action: 'Accept' }, /cidr/i],
  [{ cidr: 'fd00::/64', matchOperator: 'In', action: 'Accept' }, /cidr/i],
  [{ cidr: '10.0.0.0/8', matchOperator: 'Almost', action: 'Accept' }, /matchOperator/i],
  [{ cidr: '10.0.0.0/8', action: 'Accept' }, /matchOperator|cidr/i],
  [{ action: 'Maybe' }, /action/i],
  [{ interface: 'eth0"; accept; #', action: 'Reject' }, /interface/i],
  [{ communities: { values: ['65000'] }, action: 'Reject' }, /communities/i],
];
for (const [rule, field] of badFilters) {
  test(`filter ${JSON.stringify(rule)}: -> refused by command and API, the field named`, async () => {
    const spec = { importV4: [rule] };
    const object = { apiVersion: 'projectcalico.org/v3', kind: 'BGPFilter', metadata: { name: 'bad' }, spec };
    const file = join(directory, 'filter.json');
    writeFileSync(file, JSON.stringify(object));
    const { kubeconfig } = labDirectory(world.lab.name);
    const { status, stderr } = await runWeft('apply', '-f', file, '--kubeconfig', kubeconfig);
    assert.equal(status, 1, stderr);
    assert.match(stderr, field);
    await assert.rejects(world.lab.cluster.create(bgpFilters, object as never), {
      code: 'API_INVALID',
      message: field,
    });
  });
}

test('peer with the address of a member of the mesh: -> not used, named, the session of the mesh stays', async () => {
  const memberIp = world.lab.address('master');
  await world.peer('twin', { peerIP: memberIp, asNumber: 65_009 });
  const { sessions, warnings } = await world.reported('a warning', (report) =>
    report.warnings.some((one) => one.includes('BGPPeer "twin"')),
  );
  assert.match(warnings.join('\n'), new RegExp(`BGPPeer "twin".*${memberIp.replaceAll('.', '\\.')}`));
  const found = sessions.filter((one) => one.peerIP === memberIp);
  assert.deepEqual(
    found.map(({ type, state }) => [type, state]),
    [['NodeMesh', 'Established']],
  );
  await world.event('twin', 'BGPFault', /mesh/);
  await world.lab.cluster.delete(bgpPeers, 'twin');
  await world.reported('no warning', (report) => report.warnings.length === 0);
});

test('peer that nobody is: -> not established, the reason named; status tells it within seconds', async () => {
  const ip = await world.address(243, false);
  await world.peer('unreachable', { peerIP: ip, asNumber: 65_003 });
  const { sessions } = await world.session(
    ip,
    'the reason',
    (one) => one !== undefined && one.state !== 'Established' && one.lastError !== undefined,
  );
  assert.match(sessions.find((one) => one.peerIP === ip)?.lastError ?? '', /route to host|unreachable/i);
  await world.lab.cluster.delete(bgpPeers, 'unreachable');
  await world.session(ip, 'no session', (one) => one === undefined);
});

const password = (text: string) => ({ stringData: { rack: text } });
const changePassword = (text: string) =>
  world.lab.cluster.patch(secrets, 'bgp-passwords', 'kube-system', 'merge', password(text));

test('Secret missing, then there with a wrong password: -> left out and named, then waiting and named', async () => {
  await startLockedRouter();
  await world.peer('locked', {
    peerIP: lockedIp,
    asNumber: 65_004,
    password: { secretKeyRef: { name: 'bgp-passwords', key: 'rack' } },
  });
  const { sessions } = await world.reported('a warning', (report) =>
    report.warnings.some((one) => /BGPPeer "locked".*"bgp-passwords".*"rack"/.test(one)),
  );
  assert.equal(
    sessions.find((one) => one.peerIP === lockedIp),
    undefined,
    'no session without its password',
  );
  await world.event('locked', 'BGPFault', /"bgp-passwords"/);
  const metadata = { name: 'bgp-passwords', namespace: 'kube-system' };
  await world.lab.cluster.create(secrets, { metadata, ...password('wrong') });
  await world.session(
    lockedIp,
    'a session that waits and says why',
    (one) => one?.state !== 'Established' && /another password.*"bgp-passwords".*"rack"/.test(one?.lastError ?? ''),
  );
});

const route = '198.51.102.0/24';
const path = asPath([outsideAs]);
const nextHop = () => attribute(flags.wellKnown, 3, address(outsideIp));
const origin = attribute(flags.wellKnown, 1, [0]);

/** RFC 7606: what is wrong with an attribute does not end the session; the routes of the message are taken back. */
const withdrawing: readonly (readonly [name: string, attributes: () => readonly (readonly number[])[]])[] = [
  ['ORIGIN 9', () => [attribute(flags.wellKnown, 1, [9]), path, nextHop()]],
  ['ORIGIN of 2 bytes', () => [attribute(flags.wellKnown, 1, [0, 0]), path, nextHop()]],
  [
    'AS_PATH with a segment that is too long',
    () => [origin, attribute(flags.wellKnown, 2, [2, 9, 0, 0, 0, 1]), nextHop()],
  ],
  ['no NEXT_HOP', () => [origin, path]],
  ['NEXT_HOP of 3 bytes', () => [origin, path, attribute(flags.wellKnown, 3, [1, 2, 3])]],
  ['NEXT_HOP longer than all attributes', () => [origin, path, attribute(flags.wellKnown, 3, address(outsideIp), 200)]],
  [
    'COMMUNITIES of 3 bytes',
    () => [...usualAttributes([outsideAs], outsideIp), attribute(flags.optionalTransitive, 8, [1, 2, 3])],
  ],
];
for (const [name, attributes] of withdrawing) {
  test(`malformed UPDATE, ${name}: -> its route is gone, the session stays`, async () => {
    const closed = outside.count('closed');
    outside.announce(route);
    await world.untilLearned('the route', (found) => found.includes(route));
    outside.send(updateMessage(attributes(), [route]));
    await world.untilLearned('no route', (found) => !found.includes(route));
    assert.equal(outside.count('closed'), closed);
  });
}

test('malformed UPDATE, AGGREGATOR of 5 bytes: -> the attribute is passed over, the route taken', async () => {
  const closed = outside.count('closed');
  const attributes = [
    ...usualAttributes([outsideAs], outsideIp),
    attribute(flags.optionalTransitive, 7, [1, 2, 3, 4, 5]),
  ];
  outside.send(updateMessage(attributes, [route]));
  await world.untilLearned('the route', (found) => found.includes(route));
  assert.equal(outside.count('closed'), closed);
});

/** RFC 4271 6.1, RFC 7606 3 (j): what cannot be read at all ends the session, and only this one. */
const ending: readonly (readonly [name: string, bytes: () => Buffer, code: number])[] = [
  ['network of 33 bits', () => updateMessage(usualAttributes([outsideAs], outsideIp), [33, 198, 51, 102, 0, 0]), 3],
  ['marker that is none', () => message(2, []).fill(0, 0, 4), 1],
];
for (const [name, bytes, code] of ending) {
  test(`malformed message, ${name}: -> the session ends, is told with its error, comes back`, async () => {
    const [closed, established, told] = (['closed', 'established', 'notification'] as const).map((one) =>
      outside.count(one),
    );
    outside.send(bytes());
    const notification = await outside.heard('notification', told);
    assert.equal(notification.code, code);
    await outside.heard('closed', closed);
    await outside.heard('established', established);
    const { sessions } = await world.session(outsideIp, 'flap and error', (one) => {
      return one?.state === 'Established' && one.lastError !== undefined && (one.flaps ?? 0) > 0;
    });
    assert.match(sessions.find((one) => one.peerIP === outsideIp)?.lastError ?? '', /Error/);
    await world.event('outside', 'BGPSessionLost', /./);
  });
}

test('wrong AS: -> never established, the reason named; with the right one -> established', async () => {
  const { code, subcode } = await other.heard('notification');
  assert.deepEqual([code, subcode], [2, 2], 'OPEN error, bad peer AS');
  await world.session(
    otherIp,
    'the reason',
    (one) => /Bad peer AS/.test(one?.lastError ?? '') && one?.state !== 'Established',
  );
  await world.event('wrong-as', 'BGPSessionNotEstablished', /Bad peer AS/, 45_000);
  await world.change('wrong-as', { asNumber: 65_002 });
  await world.established(otherIp);
  await world.event('wrong-as', 'BGPSessionEstablished', /65002/);
  await world.lab.cluster.delete(bgpPeers, 'wrong-as');
});

test('wrong password, then the right one: -> event, established; one that BIRD cannot have -> left out, named', async () => {
  await world.event('locked', 'BGPSessionNotEstablished', /another password/, 45_000);
  await changePassword('right');
  await world.established(lockedIp);
  await changePassword('a"b\n}; protocol x');
  const { sessions, warnings } = await world.reported('a warning', (report) => report.warnings.length > 0);
  assert.match(warnings.join('\n'), /^BGPPeer "locked".*"bgp-passwords.*rack"/);
  assert.doesNotMatch(warnings.join('\n'), /protocol x/);
  assert.notEqual(sessions.find((one) => one.peerIP === lockedIp)?.state, 'Established');
  await changePassword('right');
  await world.established(lockedIp);
  await world.lab.cluster.delete(bgpPeers, 'locked');
});

test('after all of it: -> the mesh never fell, the kernel is as before, no packet of the pods was lost', async () => {
  await world.lab.cluster.delete(bgpPeers, 'outside');
  for (const node of ['master', 'node1']) {
    await until(`routes of ${node}`, async () => {
      const found = await world.learned(node);
      return found.join() === calm.learned[node]?.join() ? found : undefined;
    });
    const { sessions, warnings, configurationProblem } = await world.report(node);
    assert.deepEqual(
      sessions.map(({ type, state, flaps }) => ({ type, state, flaps })),
      [{ type: 'NodeMesh', state: 'Established', flaps: 0 }],
    );
    assert.deepEqual([warnings, configurationProblem], [[], undefined]);
  }
  const { lost, tcpResets, sent } = await world.flow.stop();
  assert.ok(sent > 100);
  assert.deepEqual({ lost, tcpResets }, { lost: 0, tcpResets: 0 });
});
