import { type Ip, ipFamily, parseIp } from '../../net/ip.ts';
import { protocolNumbers } from '../../net/protocol.ts';
import type { Direction } from '../direction.ts';
import type { Packet } from '../packet.ts';
import { vocabulary } from './vocabulary.ts';

/** A packet without its ends. */
type Content = Omit<Packet, 'source' | 'destination'>;

const { TCP, UDP, SCTP, UDPLite, ICMP, ICMPv6 } = protocolNumbers;

/** Ports that rules name and their neighbours, ICMP messages, protocols without ports. */
function contents(family: 4 | 6): readonly Content[] {
  const [icmp, echo] = family === 4 ? [ICMP, 8] : [ICMPv6, 128];
  const withPorts = [TCP, UDP, SCTP].flatMap((protocol) =>
    vocabulary.packetPorts.map((destinationPort) => ({ protocol, sourcePort: 40_000, destinationPort })),
  );
  return [
    ...withPorts,
    ...[80, 53, 8050, 8101].map((sourcePort) => ({ protocol: TCP, sourcePort, destinationPort: 80 })),
    { protocol: icmp, icmpType: echo, icmpCode: 0 },
    { protocol: icmp, icmpType: 3, icmpCode: 1 },
    { protocol: icmp, icmpType: 13, icmpCode: 0 },
    { protocol: 47 },
    { protocol: UDPLite, sourcePort: 40_000, destinationPort: 80 },
  ];
}

const all = { 4: contents(4), 6: contents(6) } as const;

/** Addresses of nobody in the cluster. */
export const outsideAddresses: readonly Ip[] = vocabulary.outside.map(parseIp);

/** Every packet between an endpoint with these addresses and these peers, as policy of this direction sees them. */
export function packetsAt(own: readonly Ip[], peers: readonly Ip[], direction: Direction): readonly Packet[] {
  return own.flatMap((address) =>
    peers
      .filter((peer) => ipFamily(peer) === ipFamily(address))
      .flatMap((peer) => {
        const [source, destination] = direction === 'ingress' ? [peer, address] : [address, peer];
        return all[ipFamily(address)].map((content) => ({ source, destination, ...content }));
      }),
  );
}
