import { createSocket } from 'node:dgram';
import { listAddresses } from '../host/addresses.ts';
import { listLinks } from '../host/links.ts';
import type { NetlinkSocket } from '../host/netlink-socket.ts';
import { type Family, type Ip, tryParseIp } from '../net/ip.ts';
import type { AddressCandidate } from './node-address.ts';

/** The addresses of this machine, in the order of the kernel's listing. */
export function addressCandidates(nl: NetlinkSocket): readonly AddressCandidate[] {
  const up = new Map(listLinks(nl).map((link) => [link.name, link.up]));
  return listAddresses(nl).map(({ device, ip, prefixLength }) => ({
    device,
    address: { ip, prefixLength },
    up: up.get(device) ?? false,
  }));
}

/** MTU of a device; `undefined` when there is none of that name. */
export function deviceMtu(nl: NetlinkSocket, device: string): number | undefined {
  return listLinks(nl).find(({ name }) => name === device)?.mtuBytes;
}

/** The source address the kernel would use towards a host. Nothing is sent. `undefined` without a way there. */
export function sourceTowards(family: Family, destination: string): Promise<Ip | undefined> {
  const socket = createSocket(family === 4 ? 'udp4' : 'udp6');
  return new Promise((resolve) => {
    const finish = (ip: Ip | undefined): void => {
      socket.close();
      resolve(ip);
    };
    socket.once('error', () => finish(undefined));
    // The port is of no importance: connecting a datagram socket only looks a route up.
    socket.connect(53, destination, () => finish(tryParseIp(socket.address().address)));
  });
}
