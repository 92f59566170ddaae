import { closeSync, readSync, writeSync } from 'node:fs';
import { inNetns } from '../../src/host/netns.ts';
import { bind, pointerTo, setsockopt, socket, sys, syscall } from '../../src/host/syscalls.ts';
import { ipToBytes } from '../../src/net/ip.ts';
import { decodePacketHeaders } from '../../src/net/packet-headers.ts';
import type { Packet } from '../../src/policy/packet.ts';
import { encodePacket } from './encode-packet.ts';
import { ThrowawayNetns } from './throwaway-netns.ts';

/** A place where packets go in and come out: a pod, or everything outside. */
export interface Port {
  /** The node's device. */
  readonly device: string;
  /** Routed to it: addresses, or `default`. */
  readonly routes: readonly string[];
}

const AF_PACKET = 17;
const etherTypes = { 4: 0x0800, 6: 0x86dd } as const;
const frameHeaderBytes = 14;
const receiveBufferBytes = 16 * 1024 * 1024;
/** A destination nobody owns: the kernel shows such a frame to whoever watches the device, and does nothing else. */
const strangerMac = 0x0a;
const nodeMac = 0x02;

/** What the node itself is sent and sends is of these protocols: ICMP, TCP, UDP, GRE, SCTP. */
const nodeProtocols = [1, 6, 17, 47, 132];
const sendto = process.arch === 'arm64' ? 206 : 44;
const IPPROTO_RAW = 255;

/** A packet that has come out, and where. */
export interface Received {
  readonly port: number;
  readonly packet: Packet;
}

/**
 * A node in a network namespace of its own with a device for each port. What is sent at a port arrives at the node as
 * from that pod; what the node forwards to a port is seen there. All with the node's own forwarding, as in a cluster.
 * The port after the last is the node itself, with IPv4 only.
 */
export class PacketCross {
  readonly netns: ThrowawayNetns;
  readonly #senders: readonly number[];
  /** One for each IP version, for all devices. */
  readonly #receivers: readonly number[];
  readonly #nodeReceivers: readonly number[];
  readonly #nodeSender: number;

  /** @param nodeAddresses of the node itself, IPv4 */
  constructor(purpose: string, ports: readonly Port[], nodeAddresses: readonly string[] = []) {
    this.netns = new ThrowawayNetns(purpose);
    this.netns.run(`
      for family in ipv4 ipv6; do for one in all default; do
        echo 0 > /proc/sys/net/ipv4/conf/$one/rp_filter; echo 1 > /proc/sys/net/$family/conf/$one/forwarding
      done; done
      echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad; echo 0 > /proc/sys/net/ipv6/conf/all/accept_dad
      ${ports.map(wire).join('\n')}
      ${nodeAddresses.map((address) => `ip addr add ${address}/32 dev lo`).join('\n')}`);
    const indexes = ports.map((_, i) => Number(this.netns.run(`cat /sys/class/net/end${i}/ifindex`)));
    [this.#senders, this.#receivers, this.#nodeReceivers, this.#nodeSender] = inNetns(this.netns.name, () => [
      indexes.map((index) => openPacketSocket(index, 0)),
      [etherTypes[4], etherTypes[6]].map((etherType) => openPacketSocket(0, etherType)),
      nodeProtocols.map(openRawSocket),
      openRawSocket(IPPROTO_RAW),
    ]);
  }

  /** Hands a packet to the node as if the pod at this port had sent it. */
  send(port: number, packet: Packet): void {
    const bytes = encodePacket(packet);
    if (port === this.node) {
      this.#sendFromNode(packet, bytes);
      return;
    }
    this.sendBytes(port, bytes);
  }

  /** The same for any IP packet, however odd; not from the node itself. */
  sendBytes(port: number, bytes: Uint8Array): void {
    const etherType = (bytes[0] ?? 0) >> 4 === 4 ? etherTypes[4] : etherTypes[6];
    const header = [nodeMac, 0, 0, 0, 0, port, strangerMac, 0, 0, 0, 0, port, etherType >> 8, etherType & 255];
    writeSync(this.#senders[port] ?? -1, Uint8Array.from([...header, ...bytes]));
  }

  /** The port of the node itself. */
  get node(): number {
    return this.#senders.length;
  }

  /** What has come out since the last call. */
  received(): readonly Received[] {
    const forwarded = this.#receivers.flatMap(framesOf).flatMap((frame) => {
      if (frame[0] !== strangerMac) return [];
      return receivedAt(frame[5] ?? 0, frame.subarray(frameHeaderBytes));
    });
    return [...forwarded, ...this.#nodeReceivers.flatMap(framesOf).flatMap((bytes) => receivedAt(this.node, bytes))];
  }

  #sendFromNode({ destination }: Packet, bytes: Uint8Array): void {
    // struct sockaddr_in: family, port, address. @see man raw(7)
    const address = Uint8Array.from([sys.AF_INET, 0, 0, 0, ...ipToBytes(destination), 0, 0, 0, 0, 0, 0, 0, 0]);
    // What policy forbids is refused at once, with EPERM.
    syscall(sendto, this.#nodeSender, pointerTo(bytes), bytes.length, 0, pointerTo(address), address.length);
  }

  close(): void {
    for (const fd of [...this.#senders, ...this.#receivers, ...this.#nodeReceivers, this.#nodeSender]) closeSync(fd);
    this.netns.remove();
  }
}

/** A pair of devices; the far end does nothing with what it gets, so that packets do not come back. */
function wire({ device, routes }: Port, index: number): string {
  const added = routes.flatMap((route) => {
    const families = route === 'default' ? ['-4', '-6'] : [route.includes(':') ? '-6' : '-4'];
    return families.map((family) => {
      const via = route === 'default' ? `via ${family === '-4' ? '169.254.9.9' : 'fe80::9'} onlink` : '';
      const neighbour = route === 'default' ? (family === '-4' ? '169.254.9.9' : 'fe80::9') : route;
      return `ip ${family} route add ${route} ${via} dev ${device}
        ip ${family} neigh add ${neighbour} lladdr ${mac(strangerMac, index)} dev ${device} nud permanent`;
    });
  });
  return `ip link add ${device} address ${mac(nodeMac, index)} type veth peer name end${index}
    echo 1 > /proc/sys/net/ipv6/conf/end${index}/disable_ipv6
    ip link set ${device} up; ip link set end${index} arp off up
    ${added.join('\n')}`;
}

function mac(first: number, last: number): string {
  return [first, 0, 0, 0, 0, last].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** @param etherType what it receives; 0: nothing */
function openPacketSocket(deviceIndex: number, etherType: number): number {
  // struct sockaddr_ll: family, protocol (network order), interface index. @see man packet(7)
  const address = new DataView(new ArrayBuffer(20));
  address.setUint16(0, AF_PACKET, true);
  address.setUint16(2, etherType, false);
  address.setInt32(4, deviceIndex, true);
  const fd = socket(AF_PACKET, sys.SOCK_RAW | sys.SOCK_NONBLOCK, 0);
  setsockopt(fd, sys.SOL_SOCKET, sys.SO_RCVBUFFORCE, receiveBufferBytes);
  bind(fd, new Uint8Array(address.buffer));
  return fd;
}

/** Receives what is delivered to the node; sends packets with their header as given. @see man raw(7) */
function openRawSocket(protocol: number): number {
  const fd = socket(sys.AF_INET, sys.SOCK_RAW | sys.SOCK_NONBLOCK, protocol);
  setsockopt(fd, sys.SOL_SOCKET, sys.SO_RCVBUFFORCE, receiveBufferBytes);
  return fd;
}

function receivedAt(port: number, bytes: Uint8Array): readonly Received[] {
  const packet = decodePacketHeaders(bytes);
  return packet === undefined ? [] : [{ port, packet }];
}

function framesOf(fd: number): readonly Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (;;) {
    const frame = new Uint8Array(2048);
    try {
      frames.push(frame.subarray(0, readSync(fd, frame)));
    } catch {
      // EAGAIN: that was all.
      return frames;
    }
  }
}
