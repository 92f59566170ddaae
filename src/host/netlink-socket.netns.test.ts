import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { decodeLink, encodeDeleteLink, encodeGetLink, encodeGetLinks, encodeSetLink } from '../netlink/link.ts';
import { outgoing } from '../netlink/message.ts';
import { NetlinkSocket, netlinkProtocol } from './netlink-socket.ts';
import { inNetns } from './netns.ts';
import { ownNetlink } from './own-netlink.ts';
import { testNetns } from './testing-netns.ts';

test('request: refused -> code, object, and the kernel words', () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  assert.throws(() => nl.request(encodeDeleteLink('nope'), 'delete link "nope"'), {
    code: 'NETLINK_ENODEV',
    message: 'Cannot delete link "nope": ENODEV',
  });
  assert.throws(() => nl.request(encodeSetLink('lo', { mtuBytes: 0xffffffff }), 'update link "lo"'), {
    code: 'NETLINK_EINVAL',
    message: 'Cannot update link "lo": EINVAL (mtu less than device minimum)',
  });
});

test('request: unknown message type -> NETLINK_EOPNOTSUPP', () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  assert.throws(() => nl.request(outgoing(9999, 0, new Uint8Array(4))), { code: 'NETLINK_EOPNOTSUPP' });
});

test('batch: errors by index, also behind more messages than one write holds', () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  const messages = Array.from({ length: 1001 }, (_, i) =>
    i === 0 || i === 500 || i === 1000 ? encodeDeleteLink('nope') : encodeSetLink('lo', { up: true }),
  );
  const errors = nl.batch(messages, (index) => `do step ${index}`);
  assert.deepEqual(
    errors.flatMap((error, i) => (error === undefined ? [] : [[i, error.message]])),
    [0, 500, 1000].map((i) => [i, `Cannot do step ${i}: ENODEV`]),
  );
});

test('batch: every message refused -> every error there', () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  const errors = nl.batch(Array.from({ length: 2000 }, () => encodeDeleteLink('nope')));
  assert.ok(errors.every((error) => error?.code === 'NETLINK_ENODEV'));
});

test('batch: nothing -> nothing', () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  assert.deepEqual(nl.batch([]), []);
});

test('exchange: replies and refusals of one write, each with its message', () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  const [lo, missing, set] = nl.exchange([
    encodeGetLink('lo'),
    encodeGetLink('nope'),
    encodeSetLink('lo', { up: true }),
  ]);
  assert.equal(decodeLink(lo?.replies[0]?.body ?? new Uint8Array(), String).name, 'lo');
  assert.equal(missing?.refusal?.errno, 19);
  assert.deepEqual(set, { replies: [] });
});

test('dump: after a refused request -> the stale answers do not disturb', () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  assert.throws(() => nl.request(encodeDeleteLink('nope')));
  assert.equal(nl.dump(encodeGetLinks()).length, 1);
});

test('socket: closed twice -> fine; used afterwards -> an error, no hang', () => {
  using netns = testNetns();
  const nl = NetlinkSocket.open({ netns: netns.path });
  nl.close();
  nl.close();
  assert.throws(() => nl.request(encodeGetLink('lo')), { code: 'NETLINK_CLOSED' });
});

test('ownNetlink: same namespace -> same socket; another namespace -> its own', () => {
  using first = testNetns();
  using second = testNetns();
  const opened = inNetns(first.path, () => [ownNetlink(), ownNetlink()]);
  assert.equal(opened[0], opened[1]);
  const index = inNetns(second.path, () => ownNetlink().dump(encodeGetLinks()).length);
  assert.equal(index, 1);
  assert.notEqual(
    inNetns(second.path, () => ownNetlink()),
    opened[0],
  );
  assert.ok(inNetns(second.path, () => ownNetlink(netlinkProtocol.netfilter)) !== undefined);
});

test('NODE_DEBUG=netlink: every message both ways in words; nothing without it', () => {
  using netns = testNetns();
  const script = `
    import { NetlinkSocket } from ${JSON.stringify(`${import.meta.dirname}/netlink-socket.ts`)};
    import { getLink } from ${JSON.stringify(`${import.meta.dirname}/links.ts`)};
    getLink(NetlinkSocket.open(), 'lo');`;
  const run = (debug: string) =>
    inNetns(netns.path, () =>
      spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
        encoding: 'utf8',
        env: { ...process.env, NODE_DEBUG: debug },
      }),
    );
  const { stderr, status } = run('netlink');
  assert.equal(status, 0, stderr);
  assert.match(stderr, /> GETLINK .* IFNAME="lo"/);
  assert.match(stderr, /< NEWLINK .* IFNAME="lo" .*MTU=65536/);
  assert.match(stderr, /< ACK/);
  assert.doesNotMatch(run('').stderr, /GETLINK/);
});
