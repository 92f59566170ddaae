import { protocolNumbers } from '../net/protocol.ts';
import type { Packet } from '../policy/packet.ts';

const names = new Map<number, string>(Object.entries(protocolNumbers).map(([name, number]) => [number, name]));

/** `TCP`, `protocol 47`. */
export function protocolText(protocol: number): string {
  return names.get(protocol) ?? `protocol ${protocol}`;
}

/** `TCP port 80`, `ICMP`, `protocol 47`. */
export function packetText({ protocol, destinationPort }: Pick<Packet, 'protocol' | 'destinationPort'>): string {
  const port = destinationPort === undefined ? '' : ` port ${destinationPort}`;
  return `${protocolText(protocol)}${port}`;
}
