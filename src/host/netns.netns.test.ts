import assert from 'node:assert/strict';
import { closeSync, existsSync, readlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { test } from 'node:test';
import { parseIp } from '../net/ip.ts';
import { listenerPort, openListener } from './listener.ts';
import { createNetns, deleteNetns, inNetns, openNetns } from './netns.ts';
import { listedIn, outputIn, testNetns } from './testing-netns.ts';

const own = () => readlinkSync('/proc/thread-self/ns/net');

test('createNetns: new namespace with lo up and nothing else', () => {
  using netns = testNetns();
  const links = listedIn(netns, 'ip', 'link');
  assert.deepEqual(
    links.map(({ ifname, flags }) => [ifname, (flags as string[]).includes('UP')]),
    [['lo', true]],
  );
});

test('createNetns: name taken -> HOST_NETNS_EXISTS, the first one stays', () => {
  using netns = testNetns();
  assert.throws(() => createNetns(netns.path), { code: 'HOST_NETNS_EXISTS' });
  closeSync(openNetns(netns.path));
});

test('deleteNetns: twice, and one that never was -> fine', () => {
  const path = `/run/weft-test-gone-${process.pid}`;
  createNetns(path);
  deleteNetns(path);
  deleteNetns(path);
  assert.equal(existsSync(path), false);
});

const refused = ['/nonexistent', '/etc/passwd', '/proc/self/ns/mnt', '/proc/self/ns', `no-such-name-${process.pid}`];
for (const path of refused) {
  test(`openNetns: ${path.replace(String(process.pid), 'PID')} -> HOST_NETNS`, () => {
    assert.throws(() => openNetns(path), { code: 'HOST_NETNS' });
    assert.throws(() => inNetns(path, () => 1), { code: 'HOST_NETNS' });
  });
}

test('inNetns: value returned, thrown error passed on, thread back in its namespace', () => {
  using netns = testNetns();
  const before = own();
  assert.notEqual(inNetns(netns.path, own), before);
  assert.throws(
    () =>
      inNetns(netns.path, () => {
        throw new Error('inside');
      }),
    /inside/,
  );
  assert.equal(own(), before);
});

test('inNetns: nested -> each level its own', () => {
  using outer = testNetns();
  using inner = testNetns();
  inNetns(outer.path, () => {
    const here = own();
    assert.notEqual(inNetns(inner.path, own), here);
    assert.equal(own(), here);
  });
});

test('inNetns: promise returned -> HOST_ASYNC_IN_NETNS', () => {
  using netns = testNetns();
  assert.throws(() => inNetns(netns.path, async () => 1), { code: 'HOST_ASYNC_IN_NETNS' });
});

for (const address of ['127.0.0.1', '::1']) {
  test(`openListener: TCP on ${address} of another namespace -> served from this process`, async () => {
    using netns = testNetns();
    const fd = openListener({ netns: netns.path, address: parseIp(address), port: 0 });
    const port = listenerPort(fd);
    const server: Server = createServer((socket) => socket.end('hello')).listen({ fd });
    try {
      // Only the socket's place is looked at here: a client process would block this one.
      const sockets = outputIn(netns, 'ss', '-Hltn');
      assert.ok(sockets.includes(`:${port} `), sockets);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
}

test('openListener: UDP -> bound socket', () => {
  using netns = testNetns();
  const fd = openListener({ netns: netns.path, address: parseIp('127.0.0.1'), port: 5353, protocol: 'udp' });
  assert.equal(listenerPort(fd), 5353);
  assert.match(outputIn(netns, 'ss', '-Hlun'), /127\.0\.0\.1:5353/);
  closeSync(fd);
});

test('openListener: port taken, or address of nobody -> HOST_LISTEN with the reason', () => {
  using netns = testNetns();
  const options = { netns: netns.path, address: parseIp('127.0.0.1'), port: 8080 };
  const fd = openListener(options);
  assert.throws(() => openListener(options), { code: 'HOST_LISTEN', message: /127\.0\.0\.1#8080.*EADDRINUSE/ });
  assert.throws(() => openListener({ ...options, address: parseIp('192.0.2.1') }), { message: /EADDRNOTAVAIL/ });
  closeSync(fd);
});
