import { protocolName } from '../net/protocol.ts';
import type { Packet } from '../policy/packet.ts';

/** `TCP`, `protocol 47`. */
export function protocolText(protocol: number): string {
  return protocolName(protocol) ?? `protocol ${protocol}`;
}

/** `TCP port 80`, `ICMP`, `protocol 47`. */
export function packetText({ protocol, destinationPort }: Pick<Packet, 'protocol' | 'destinationPort'>): string {
  const port = destinationPort === undefined ? '' : ` port ${destinationPort}`;
  return `${protocolText(protocol)}${port}`;
}
