import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  bytesOf,
  extended,
  fragments,
  ipPacket,
  tcpPacket,
  udpPacket,
  unreachable,
} from '../../test/support/odd-packets.ts';
import type { PacketCross } from '../../test/support/packet-cross.ts';
import { forgetConnections } from '../../test/support/policy-cells.ts';
import { nodeChanges, nodePort, nodeTable, openPolicyNode, outsidePort } from '../../test/support/policy-node.ts';
import { formatReplacement } from '../nft/format.ts';
import { PolicyCalculation } from '../policy/calculation.ts';
import type { PolicyResources } from '../policy/resources.ts';
import { emptyResources } from '../policy/testing/empty-resources.ts';
import { hostEndpoint, namespace, networkPolicy, packet, pod } from '../policy/testing/policy-case.ts';
import { classid } from './policy-key.ts';
import { ruleNumber } from './rule-number.ts';

/**
 * Packets that nobody means well with: web (10.0.0.1) may be asked at TCP 80 and UDP 53 and at nothing else, by no trick.
 */
const web = 0;
const stranger = 1;
const friend = 2;
const resources: PolicyResources = {
  ...emptyResources,
  namespaces: [namespace('blue')],
  pods: [
    pod('blue/web', { app: 'web' }, '10.0.0.1 fd00::1'),
    pod('blue/stranger', {}, '10.0.0.2 fd00::2'),
    pod('blue/friend', {}, '10.0.0.3 fd00::3'),
  ],
  networkPolicies: [
    networkPolicy('blue/web', {
      selector: "app == 'web'",
      types: ['Ingress'],
      ingress: [
        { action: 'Allow', protocol: 'TCP', destination: { ports: [80] } },
        { action: 'Allow', protocol: 'UDP', source: { selector: 'all()' }, destination: { ports: [53] } },
      ],
    }),
  ],
};
/** The rule that allows port 80. */
const allowed = { policy: { kind: 'np', namespace: 'blue', name: 'web' }, direction: 'ingress', index: 0 } as const;
const [us, them] = ['10.0.0.2', '10.0.0.1'];
const [us6, them6] = ['fd00::2', 'fd00::1'];
const zeroes = (length: number) => Array<number>(length).fill(0);
const [syn, ack, rst] = [2, 16, 4];

let cross: PacketCross;

before(() => {
  cross = openPolicyNode('odd');
  const calculation = new PolicyCalculation();
  calculation.apply(nodeChanges(resources));
  cross.netns.nft(formatReplacement(nodeTable(resources, calculation.state())));
});
after(() => cross?.close());
beforeEach(() => {
  forgetConnections(cross);
  cross.received();
});

/** How many packets come out at the port within some milliseconds: all of `wanted`, or a while of none. */
async function arriving(port: number, wanted: number): Promise<number> {
  let count = 0;
  for (let i = 0; i < (wanted > 0 ? 50 : 3); i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    count += cross.received().filter((one) => one.port === port).length;
    if (wanted > 0 && count >= wanted) break;
  }
  return count;
}

const cases: readonly { name: string; sent: readonly Uint8Array[]; arrive: number }[] = [
  {
    name: 'fragments: of an allowed datagram -> arrive',
    sent: fragments(udpPacket(us, them, 53, 64), 40, 1),
    arrive: 2,
  },
  {
    name: 'fragments: of a denied datagram -> dropped',
    sent: fragments(udpPacket(us, them, 54, 64), 40, 2),
    arrive: 0,
  },
  {
    name: 'fragments: with the TCP flags in the second -> dropped',
    sent: fragments(bytesOf(`${us} > ${them} TCP 81`), 8, 3),
    arrive: 0,
  },
  {
    name: 'fragments: later ones without a first -> dropped',
    sent: fragments(udpPacket(us, them, 53, 64), 40, 4).slice(1),
    arrive: 0,
  },
  {
    name: 'fragments: a first that another one overlaps with a denied port -> dropped',
    sent: [
      ...fragments(udpPacket(us, them, 53, 64), 40, 5).slice(0, 1),
      ...fragments(udpPacket(us, them, 54, 64), 48, 5).slice(0, 1),
      ...fragments(udpPacket(us, them, 53, 64), 40, 5).slice(1),
    ],
    arrive: 0,
  },
  {
    name: 'IPv6 fragments: of an allowed datagram -> arrive',
    sent: fragments(bytesOf(`${us6} > ${them6} TCP 80`), 24, 6),
    arrive: 1,
  },
  {
    name: 'IPv6 fragments: of a denied datagram -> dropped',
    sent: fragments(bytesOf(`${us6} > ${them6} TCP 81`), 8, 7),
    arrive: 0,
  },
  {
    name: 'IPv6 fragments: one that is all of a denied packet -> dropped',
    sent: fragments(bytesOf(`${us6} > ${them6} TCP 81`), 64, 8),
    arrive: 0,
  },
  ...[0, 43, 60, 135, 139].map((kind) => ({
    name: `IPv6 extension header ${kind}: before a denied port -> dropped`,
    sent: [extended(bytesOf(`${us6} > ${them6} TCP 81`), kind)],
    arrive: 0,
  })),
  {
    name: 'IPv6 extension headers: twenty before a denied port -> dropped',
    sent: [
      Array.from({ length: 20 }).reduce<Uint8Array>((one) => extended(one, 60), bytesOf(`${us6} > ${them6} TCP 81`)),
    ],
    arrive: 0,
  },
  {
    name: 'IPv6 extension header: destination options before an allowed port -> arrives',
    sent: [extended(bytesOf(`${us6} > ${them6} TCP 80`), 60)],
    arrive: 1,
  },
  { name: 'IPv6: no next header -> dropped', sent: [ipPacket(us6, them6, 59, [])], arrive: 0 },
  {
    name: 'protocols: IPIP, DCCP, GRE, ESP, AH, OSPF, SCTP, UDP-Lite, 0, 255, with bytes that look like port 80 -> dropped',
    sent: [4, 33, 47, 50, 51, 89, 132, 136, 0, 255].map((protocol) =>
      ipPacket(us, them, protocol, [0, 80, 0, 80, ...zeroes(28)]),
    ),
    arrive: 0,
  },
  {
    name: 'TCP: out of nowhere to a denied port, any flags -> dropped',
    sent: Array.from({ length: 64 }, (_, flags) => tcpPacket(us, them, 81, flags)),
    arrive: 0,
  },
  { name: 'TCP: reset of nothing to an allowed port -> dropped', sent: [tcpPacket(us, them, 80, rst)], arrive: 0 },
  { name: 'TCP: SYN and FIN to an allowed port -> dropped', sent: [tcpPacket(us, them, 80, syn | 1)], arrive: 0 },
  {
    name: 'TCP: middle of a connection to an allowed port -> arrives',
    sent: [tcpPacket(us, them, 80, ack)],
    arrive: 1,
  },
  {
    name: 'TCP: header cut off after the ports -> dropped',
    sent: [4, 8, 12, 19].map((length) => tcpPacket(us, them, 80, syn, length)),
    arrive: 0,
  },
  { name: 'UDP: header cut off -> dropped', sent: [ipPacket(us, them, 17, [0, 1, 0, 53])], arrive: 0 },
  {
    name: 'IPv4 options: no-operations before a denied port -> dropped',
    sent: [ipPacket(us, them, 6, [0, 80, 0, 81, ...zeroes(8), 0x50, 2, 4, 0, 0, 0, 0, 0], [1, 1, 1, 1, 0, 80, 0, 80])],
    arrive: 0,
  },
  {
    name: 'sources: of another pod, of nobody, loopback, multicast, 0.0.0.0, mapped -> dropped',
    sent: [
      ...['10.0.0.3', '10.0.0.1', '192.0.2.1', '127.0.0.1', '224.0.0.1', '255.255.255.255', '0.0.0.0'].map((source) =>
        tcpPacket(source, them, 80, syn),
      ),
      ...['fd00::3', '::1', '::', '::ffff:10.0.0.2', 'ff02::1', 'fe80::2'].map((source) =>
        tcpPacket(source, them6, 80, syn),
      ),
    ],
    arrive: 0,
  },
  {
    name: 'ICMP: error about a connection that is none -> dropped',
    sent: [unreachable(us, bytesOf(`${them} > ${us} UDP 99`))],
    arrive: 0,
  },
];

describe('odd packets', () => {
  for (const { name, sent, arrive } of cases) {
    test(name, async () => {
      for (const bytes of sent) cross.sendBytes(stranger, bytes);
      const count = await arriving(web, arrive);
      if (arrive === 0) assert.equal(count, 0);
      else assert.ok(count >= 1, `${count} arrived`);
    });
  }

  test('ICMP: error about a packet that was allowed -> arrives; about one that was denied -> dropped', async () => {
    cross.sendBytes(stranger, bytesOf(`${us} > ${them} UDP 53`));
    assert.equal(await arriving(web, 1), 1);
    cross.sendBytes(web, unreachable(them, bytesOf(`${us} > ${them} UDP 53`)));
    assert.equal(await arriving(stranger, 1), 1);
    cross.sendBytes(stranger, bytesOf(`${us} > ${them} UDP 54`));
    assert.equal(await arriving(web, 0), 0);
    cross.sendBytes(web, unreachable(them, bytesOf(`${us} > ${them} UDP 54`)));
    assert.equal(await arriving(stranger, 0), 0);
  });

  test('denied packets: leave no connection behind, whose answers would pass', async () => {
    for (let port = 100; port < 110; port++) {
      cross.sendBytes(stranger, tcpPacket(us, them, port, syn));
      cross.sendBytes(stranger, udpPacket(us, them, port, 8));
    }
    assert.equal(await arriving(web, 0), 0);
    assert.equal(cross.netns.run(`conntrack -L -d ${them} 2>/dev/null | grep -c dport=1 || true`).trim(), '0');
  });

  test('foreign table: marks and priorities of its own on every packet -> no other verdicts', async () => {
    cross.netns.nft(`table inet foreign {
      chain early { type filter hook prerouting priority -400; }
      chain late { type filter hook forward priority -1; }
    }
    add rule inet foreign early meta mark set 0xffffffff
    add rule inet foreign early meta priority set f00d:1
    add rule inet foreign late meta mark set 0xffff0000
    add rule inet foreign late meta priority set ${classid(ruleNumber(allowed))}\n`);
    try {
      cross.sendBytes(stranger, tcpPacket(us, them, 81, syn));
      cross.sendBytes(friend, bytesOf('fd00::3 > fd00::1 UDP 54'));
      assert.equal(await arriving(web, 0), 0);
      cross.sendBytes(stranger, bytesOf(`${us} > ${them} TCP 80`));
      cross.sendBytes(friend, bytesOf('fd00::3 > fd00::1 UDP 53'));
      assert.equal(await arriving(web, 2), 2);
    } finally {
      cross.netns.nft('delete table inet foreign');
    }
  });

  test('host endpoint: another table sets the mark that says "allowed" -> dropped, to the node and from it', async () => {
    const closed = { ...emptyResources, hostEndpoints: [hostEndpoint('eth', {}, { interfaceName: 'eth0' })] };
    const calculation = new PolicyCalculation();
    calculation.apply(nodeChanges(closed));
    const node = openPolicyNode('odd-host');
    try {
      node.netns.nft(formatReplacement(nodeTable(closed, calculation.state())));
      node.netns.nft(`table inet foreign {
        chain in { type filter hook prerouting priority -400; meta mark set 0x00010000; }
        chain out { type filter hook output priority -400; meta mark set 0x00010000; }
      }`);
      node.sendBytes(outsidePort, bytesOf('192.0.2.1 > 172.16.0.1 TCP 81'));
      node.send(nodePort, packet('172.16.0.1 > 192.0.2.1 TCP 81'));
      await new Promise((resolve) => setTimeout(resolve, 30));
      assert.deepEqual(node.received(), []);
    } finally {
      node.close();
    }
  });
});
