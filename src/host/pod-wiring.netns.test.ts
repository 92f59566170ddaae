import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCidr } from '../net/cidr.ts';
import { type Ip, parseIp } from '../net/ip.ts';
import { parseMac } from '../net/mac.ts';
import { deleteLink } from './links.ts';
import { NetlinkSocket } from './netlink-socket.ts';
import { inNetns } from './netns.ts';
import { checkPodWiring, type PodWiring, unwirePod, wirePod } from './pod-wiring.ts';
import { listRoutes, replaceRoute } from './routes.ts';
import { readSysctl, writeSysctl } from './sysctl.ts';
import { listedIn, outputIn, type TestNetns, testNetns } from './testing-netns.ts';

const v4 = parseIp('10.24.0.3');
const v6 = parseIp('fd00:24::3');

interface Place extends Disposable {
  readonly host: TestNetns;
  readonly pod: TestNetns;
  readonly wiring: (addresses: readonly Ip[], rest?: Partial<PodWiring>) => PodWiring;
  /** Runs a call of the wiring with the test's host namespace as the host. */
  readonly on: <T>(run: () => T) => T;
}

function place(): Place {
  const host = testNetns();
  const pod = testNetns();
  return {
    host,
    pod,
    wiring: (addresses, rest = {}) => ({
      hostDevice: 'cali0123456789a',
      netnsPath: pod.path,
      ifName: 'eth0',
      mtuBytes: 1440,
      addresses,
      ...rest,
    }),
    on: (run) => inNetns(host.path, run),
    [Symbol.dispose]: () => {
      pod[Symbol.dispose]();
      host[Symbol.dispose]();
    },
  };
}

const routeText = (row: Record<string, unknown>) =>
  [row.dst, row.gateway && `via ${row.gateway}`, row.dev, row.scope].filter(Boolean).join(' ');

for (const [name, addresses] of [
  ['IPv4', [v4]],
  ['IPv6', [v6]],
  ['dual stack', [v4, v6]],
] as const) {
  test(`wirePod: ${name} -> interface, addresses, routes, settings; check finds nothing wrong`, () => {
    using at = place();
    const wiring = at.wiring(addresses);
    const wired = at.on(() => wirePod(wiring));
    const [link] = listedIn(at.pod, 'ip', 'link', 'show', 'eth0');
    assert.deepEqual(wired, { hostDevice: 'cali0123456789a', mac: link?.address, mtuBytes: 1440 });
    assert.equal(link?.mtu, 1440);
    const [hostLink] = listedIn(at.host, 'ip', 'link', 'show', 'cali0123456789a');
    assert.deepEqual([hostLink?.address, hostLink?.mtu], ['ee:ee:ee:ee:ee:ee', 1440]);
    const inPod = (family: string) => listedIn(at.pod, 'ip', family, 'route').map(routeText);
    if (addresses.some((ip) => ip === v4)) {
      assert.deepEqual(inPod('-4'), ['default via 169.254.1.1 eth0', '169.254.1.1 eth0 link']);
      assert.deepEqual(listedIn(at.host, 'ip', '-4', 'route').map(routeText), ['10.24.0.3 cali0123456789a link']);
    }
    if (addresses.some((ip) => ip === v6)) {
      assert.ok(inPod('-6').includes('default via fe80::ecee:eeff:feee:eeee eth0'));
      assert.ok(listedIn(at.host, 'ip', '-6', 'route').map(routeText).includes('fd00:24::3 cali0123456789a'));
    }
    assert.deepEqual(
      at.on(() => checkPodWiring(wiring)),
      [],
    );
  });
}

test('wirePod: settings of the host side and of the pod', () => {
  using at = place();
  inNetns(at.pod.path, () => writeSysctl({ path: 'ipv4/ip_forward', value: '1' }));
  at.on(() => {
    wirePod(at.wiring([v4, v6]));
    const device = 'cali0123456789a';
    const values = {
      [`ipv4/conf/${device}/proxy_arp`]: '1',
      [`ipv4/conf/${device}/route_localnet`]: '1',
      [`ipv4/conf/${device}/forwarding`]: '1',
      [`ipv4/neigh/${device}/proxy_delay`]: '0',
      [`ipv6/conf/${device}/proxy_ndp`]: '1',
      [`ipv6/conf/${device}/forwarding`]: '1',
      [`ipv6/conf/${device}/accept_ra`]: '0',
      [`ipv6/conf/${device}/accept_dad`]: '0',
      [`ipv6/conf/${device}/disable_ipv6`]: '0',
    };
    for (const [path, value] of Object.entries(values)) assert.equal(readSysctl(path), value, path);
  });
  assert.equal(
    inNetns(at.pod.path, () => readSysctl('ipv4/ip_forward')),
    '0',
  );
});

test('wirePod: forwarding allowed in the pod -> left alone', () => {
  using at = place();
  inNetns(at.pod.path, () => writeSysctl({ path: 'ipv4/ip_forward', value: '1' }));
  at.on(() => wirePod(at.wiring([v4], { allowIpForwarding: true })));
  assert.equal(
    inNetns(at.pod.path, () => readSysctl('ipv4/ip_forward')),
    '1',
  );
});

test('wirePod: IPv6 switched off in the pod -> on again for an IPv6 address', () => {
  using at = place();
  inNetns(at.pod.path, () => writeSysctl({ path: 'ipv6/conf/all/disable_ipv6', value: '1' }));
  at.on(() => wirePod(at.wiring([v6])));
  assert.ok(outputIn(at.pod, 'ip', '-6', 'address').includes('fd00:24::3/128'));
});

test('wirePod: pod and host reach each other at once, IPv6 without waiting for duplicate detection', () => {
  using at = place();
  // Proxied ARP answers for what the host would send elsewhere: it needs a default route, as every node has one.
  outputIn(at.host, 'sh', '-ec', 'ip link add u0 type veth peer u1; ip link set u0 up; ip link set u1 up');
  outputIn(at.host, 'sh', '-ec', 'ip address add 192.168.0.1/24 dev u0; ip route add default via 192.168.0.254');
  at.on(() => wirePod(at.wiring([v4, v6])));
  outputIn(at.host, 'ping', '-c1', '-W2', v4);
  assert.match(outputIn(at.pod, 'ip', 'neighbour', 'show', '169.254.1.1'), /ee:ee:ee:ee:ee:ee/);
  outputIn(at.host, 'ping', '-c1', '-W2', v6);
  outputIn(at.pod, 'ping', '-c1', '-W2', 'fe80::ecee:eeff:feee:eeee%eth0');
});

test('wirePod: MAC, metric, protocol, no default routes -> as asked', () => {
  using at = place();
  const mac = parseMac('02:00:00:00:00:09');
  const wiring = at.wiring([v4], { mac, routeProtocol: 80, routeMetric: 1024, defaultRoutes: false });
  assert.equal(at.on(() => wirePod(wiring)).mac, mac);
  assert.deepEqual(listedIn(at.pod, 'ip', 'route').map(routeText), ['169.254.1.1 eth0 link']);
  const [route] = listedIn(at.host, 'ip', 'route');
  assert.deepEqual([route?.protocol, route?.metric], ['80', 1024]);
  assert.deepEqual(
    at.on(() => checkPodWiring(wiring)),
    [],
  );
});

test('wirePod: host device left by an earlier pod -> replaced', () => {
  using at = place();
  using old = testNetns();
  at.on(() => {
    wirePod(at.wiring([v4], { netnsPath: old.path }));
    wirePod(at.wiring([v4]));
    assert.deepEqual(checkPodWiring(at.wiring([v4])), []);
  });
  assert.equal(listedIn(old, 'ip', 'link').length, 1);
});

test('wirePod: interface exists in the pod -> HOST_INTERFACE_EXISTS, the first wiring untouched', () => {
  using at = place();
  at.on(() => {
    wirePod(at.wiring([v4]));
    for (const hostDevice of ['cali0123456789a', 'caliother']) {
      assert.throws(() => wirePod(at.wiring([v4], { hostDevice })), {
        code: 'HOST_INTERFACE_EXISTS',
        message: /"eth0"/,
      });
    }
    assert.deepEqual(checkPodWiring(at.wiring([v4])), []);
  });
  assert.equal(listedIn(at.host, 'ip', 'link').length, 2);
});

const failures: readonly (readonly [name: string, rest: Partial<PodWiring>, code: string])[] = [
  ['namespace missing', { netnsPath: '/nonexistent' }, 'HOST_NETNS'],
  ['namespace is a file', { netnsPath: '/etc/hostname' }, 'HOST_NETNS'],
  ['namespace is the host itself', { netnsPath: '/proc/thread-self/ns/net' }, 'HOST_NETNS'],
  ['MTU too small', { mtuBytes: 20 }, 'NETLINK_EINVAL'],
  ['interface name too long', { ifName: 'interface-name-too-long' }, 'NETLINK_ERANGE'],
  ['multicast MAC', { mac: parseMac('01:00:00:00:00:01') }, 'NETLINK_EADDRNOTAVAIL'],
  ['address that no device can have', { addresses: [parseIp('fd00::1'), parseIp('ff02::1')] }, 'NETLINK_EADDRNOTAVAIL'],
];
for (const [name, rest, code] of failures) {
  test(`wirePod: ${name} -> ${code}, nothing left`, () => {
    using at = place();
    at.on(() => assert.throws(() => wirePod(at.wiring([v4], rest)), { code }));
    assert.equal(listedIn(at.host, 'ip', 'link').length, 1);
    assert.equal(listedIn(at.host, 'ip', 'route').length, 0);
    assert.equal(listedIn(at.pod, 'ip', 'link').length, 1);
  });
}

test('wirePod: address routed to another device -> HOST_ADDRESS_IN_USE with its name, nothing left', () => {
  using at = place();
  using other = testNetns();
  at.on(() => {
    wirePod(at.wiring([v4], { hostDevice: 'caliother', netnsPath: other.path }));
    assert.throws(() => wirePod(at.wiring([v4])), {
      code: 'HOST_ADDRESS_IN_USE',
      message: /10\.24\.0\.3\/32.*"caliother"/,
    });
  });
  assert.equal(listedIn(at.host, 'ip', 'link').length, 2);
  assert.equal(listedIn(at.pod, 'ip', 'link').length, 1);
});

test('unwirePod: twice, namespace missing, without namespace -> interface, host device and routes gone', () => {
  using at = place();
  at.on(() => {
    for (const netnsPath of [at.pod.path, '/nonexistent', undefined]) {
      wirePod(at.wiring([v4, v6]));
      const unwiring = {
        hostDevice: 'cali0123456789a',
        ifName: 'eth0',
        ...(netnsPath === undefined ? {} : { netnsPath }),
      };
      unwirePod(unwiring);
      unwirePod(unwiring);
      assert.equal(listedIn(at.host, 'ip', 'link').length, 1);
      assert.equal(listedIn(at.pod, 'ip', 'link').length, 1);
      assert.equal(listedIn(at.host, 'ip', 'route').length, 0);
    }
  });
});

test('unwirePod: the namespace given is the host itself -> its interfaces stay', () => {
  using at = place();
  at.on(() => {
    wirePod(at.wiring([v4]));
    unwirePod({ hostDevice: 'none', ifName: 'cali0123456789a', netnsPath: '/proc/thread-self/ns/net' });
    assert.deepEqual(checkPodWiring(at.wiring([v4])), []);
  });
});

const damages: readonly (readonly [name: string, damage: (at: Place) => void, found: RegExp])[] = [
  [
    'host interface deleted',
    (at) => at.on(() => deleteLink(NetlinkSocket.open(), 'cali0123456789a')),
    /host interface .* is missing/,
  ],
  [
    'host interface down',
    (at) => outputIn(at.host, 'ip', 'link', 'set', 'cali0123456789a', 'down'),
    /host interface .* is down/,
  ],
  [
    'host MAC changed',
    (at) => outputIn(at.host, 'ip', 'link', 'set', 'cali0123456789a', 'address', '02:00:00:00:00:01'),
    /has MAC 02:/,
  ],
  [
    'host route deleted',
    (at) => outputIn(at.host, 'ip', 'route', 'del', '10.24.0.3'),
    /route 10\.24\.0\.3\/32 .* missing on the host/,
  ],
  [
    'pod address deleted',
    (at) => outputIn(at.pod, 'ip', 'address', 'del', '10.24.0.3/32', 'dev', 'eth0'),
    /address 10\.24\.0\.3\/32 is missing/,
  ],
  [
    'pod default route deleted',
    (at) => outputIn(at.pod, 'ip', 'route', 'del', 'default'),
    /route 0\.0\.0\.0\/0 via 169\.254\.1\.1 dev eth0 is missing/,
  ],
  ['pod interface down', (at) => outputIn(at.pod, 'ip', 'link', 'set', 'eth0', 'down'), /"eth0" is down/],
  [
    'proxy_arp off',
    (at) => at.on(() => writeSysctl({ path: 'ipv4/conf/cali0123456789a/proxy_arp', value: '0' })),
    /proxy_arp is 0 on the host, 1 needed/,
  ],
  [
    'pod forwards',
    (at) => inNetns(at.pod.path, () => writeSysctl({ path: 'ipv4/ip_forward', value: '1' })),
    /ip_forward is 1 in the pod/,
  ],
];
for (const [name, damage, found] of damages) {
  test(`checkPodWiring: ${name} -> said`, () => {
    using at = place();
    at.on(() => wirePod(at.wiring([v4])));
    damage(at);
    assert.match(at.on(() => checkPodWiring(at.wiring([v4]))).join('\n'), found);
  });
}

test('checkPodWiring: namespace gone -> said', () => {
  using at = place();
  const wiring = at.wiring([v4], { netnsPath: '/nonexistent' });
  assert.match(at.on(() => checkPodWiring(wiring)).join('\n'), /Cannot open network namespace "\/nonexistent"/);
});

test('checkPodWiring: host route taken over by another protocol and metric -> right', () => {
  using at = place();
  at.on(() => {
    wirePod(at.wiring([v4]));
    using nl = NetlinkSocket.open();
    const [route] = listRoutes(nl).filter(({ destination }) => destination === parseCidr('10.24.0.3/32'));
    assert.ok(route !== undefined);
    outputIn(at.host, 'ip', 'route', 'del', '10.24.0.3');
    replaceRoute(nl, { ...route, protocol: 80, metric: 1024 });
    assert.deepEqual(checkPodWiring(at.wiring([v4])), []);
  });
});
