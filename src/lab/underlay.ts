import { closeSync } from 'node:fs';
import { replaceAddress } from '../host/addresses.ts';
import { createLink, updateLink } from '../host/links.ts';
import { NetlinkSocket } from '../host/netlink-socket.ts';
import { inNetns, openNetns } from '../host/netns.ts';
import { replaceRoute } from '../host/routes.ts';
import { writeSysctl } from '../host/sysctl.ts';
import { type Cidr, cidrAddress, cidrFamily, cidrLength } from '../net/cidr.ts';
import { type Ip, ipFamily, ipPlus, ipToBytes } from '../net/ip.ts';
import { type Mac, macFromBytes } from '../net/mac.ts';
import { mainTable, routeProtocol } from '../net/route.ts';
import type { LabRouter } from './lab-router.ts';
import { stubDevice } from './router-names.ts';
import type { Topology } from './topology.ts';

/** The device of every node on its segment. */
export const underlayDevice = 'eth0';

/** Where the namespaces of a place are: the process that holds them. */
export type PlacePid = (place: string) => number;

/** One cable: a port of a bridge (or a device) on the left, a device with addresses on the right. */
interface Cable {
  readonly left: { readonly place: string; readonly device: string; readonly bridge?: string };
  readonly right: { readonly place: string; readonly device: string };
}

/** The place that holds the bridge of a segment. */
export function switchPlace(segment: string): string {
  return `switch-${segment}`;
}

/** Every place of a lab: switches, router, external, routers that speak BGP, nodes. */
export function labPlaces(topology: Topology): readonly string[] {
  return [
    ...topology.segments.map((segment) => switchPlace(segment.name)),
    'router',
    'external',
    ...addedRouters(topology).map((router) => router.name),
    ...topology.nodes.map((node) => node.name),
  ];
}

/** Routers with a place of their own; the built-in one is `router`. */
function addedRouters(topology: Topology): readonly LabRouter[] {
  return topology.routers.filter((router) => !router.builtIn);
}

/**
 * Wires the whole underlay: bridges, cables, addresses, default routes, forwarding in the routers. Everything happens in
 * the places' own namespaces.
 */
export function wireUnderlay(topology: Topology, pidOf: PlacePid): void {
  const spaces = new Map(labPlaces(topology).map((place) => [place, openNetns(`/proc/${pidOf(place)}/ns/net`)]));
  const wiring = new Wiring(topology, (place) => spaces.get(place) ?? -1);
  try {
    for (const place of spaces.keys()) wiring.prepare(place);
    for (const segment of topology.segments) wiring.addSwitch(segment.name);
    wiring.wireNodes();
    wiring.wireRouter();
    for (const router of addedRouters(topology)) wiring.wireAddedRouter(router);
  } finally {
    wiring.close();
    for (const fd of spaces.values()) closeSync(fd);
  }
}

/** Keeps one netlink socket per place while the wiring lasts. */
class Wiring {
  readonly #topology: Topology;
  readonly #netns: (place: string) => number;
  readonly #sockets = new Map<string, NetlinkSocket>();

  constructor(topology: Topology, netns: (place: string) => number) {
    this.#topology = topology;
    this.#netns = netns;
  }

  prepare(place: string): void {
    const ipv6 = this.#topology.pool6 !== undefined;
    inNetns(this.#netns(place), () => {
      // A lab with one family stays silent in the other: captures show what was sent on purpose.
      if (!ipv6) writeSysctl({ path: `ipv6/conf/default/disable_ipv6`, value: '1' });
      else writeSysctl({ path: 'ipv6/conf/default/accept_dad', value: '0' });
      if (place !== 'router' && !addedRouters(this.#topology).some((router) => router.name === place)) return;
      writeSysctl({ path: 'ipv4/ip_forward', value: '1' });
      if (ipv6) writeSysctl({ path: 'ipv6/conf/all/forwarding', value: '1' });
    });
  }

  addSwitch(segment: string): void {
    const { mtuBytes } = this.#topology;
    createLink(this.#socket(switchPlace(segment)), { name: 'br0', type: { kind: 'bridge' }, mtuBytes, up: true });
  }

  wireNodes(): void {
    for (const [index, node] of this.#topology.nodes.entries()) {
      const segment = this.#topology.segments.find((one) => one.name === node.segment);
      if (segment === undefined) continue;
      const port = shortName(node.name, `port${index}`);
      this.#addCable({
        left: { place: switchPlace(segment.name), device: port, bridge: 'br0' },
        right: { place: node.name, device: underlayDevice },
      });
      this.#address(node.name, underlayDevice, node.address, segment.cidr, segment.gateway);
      if (node.address6 !== undefined && segment.cidr6 !== undefined) {
        this.#address(node.name, underlayDevice, node.address6, segment.cidr6, segment.gateway6);
      }
    }
  }

  wireRouter(): void {
    const { outside, segments } = this.#topology;
    for (const [index, segment] of segments.entries()) {
      const device = `eth${index}`;
      this.#addCable({
        left: { place: switchPlace(segment.name), device: 'router', bridge: 'br0' },
        right: { place: 'router', device },
      });
      this.#address('router', device, segment.gateway, segment.cidr);
      if (segment.cidr6 !== undefined && segment.gateway6 !== undefined) {
        this.#address('router', device, segment.gateway6, segment.cidr6);
      }
    }
    this.#addCable({
      left: { place: 'router', device: 'outside' },
      right: { place: 'external', device: underlayDevice },
    });
    this.#address('router', 'outside', outside.router, outside.cidr);
    this.#address('external', underlayDevice, outside.external, outside.cidr, outside.router);
  }

  /** Legs on its segments, a device per network behind it, and the lab's router for everything else. */
  wireAddedRouter(router: LabRouter): void {
    for (const [index, leg] of router.legs.entries()) {
      const segment = this.#topology.segments.find((one) => one.name === leg.segment);
      if (segment === undefined) continue;
      this.#addCable({
        left: { place: switchPlace(segment.name), device: shortName(router.name, `gw${index}`), bridge: 'br0' },
        right: { place: router.name, device: leg.device },
      });
      const [gateway, gateway6] = index === 0 ? [segment.gateway, segment.gateway6] : [];
      this.#address(router.name, leg.device, leg.address, segment.cidr, gateway);
      if (leg.address6 !== undefined && segment.cidr6 !== undefined) {
        this.#address(router.name, leg.device, leg.address6, segment.cidr6, gateway6);
      }
    }
    for (const [index, cidr] of router.announce.entries()) {
      const device = stubDevice(index);
      const socket = this.#socket(router.name);
      createLink(socket, { name: device, type: { kind: 'bridge' }, mtuBytes: this.#topology.mtuBytes, up: true });
      replaceAddress(socket, { device, ip: firstAddress(cidr), prefixLength: cidrLength(cidr) });
    }
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.close();
  }

  #addCable(cable: Cable): void {
    const { mtuBytes } = this.#topology;
    const { left, right } = cable;
    createLink(
      this.#socket(left.place),
      {
        name: left.device,
        type: { kind: 'veth', peer: right.device },
        mtuBytes,
        up: true,
        ...(left.bridge === undefined ? {} : { master: left.bridge }),
      },
      { peerNetns: this.#netns(right.place) },
    );
  }

  #address(place: string, device: string, ip: Ip, cidr: Cidr, gateway?: Ip): void {
    const socket = this.#socket(place);
    if (ipFamily(ip) === 4) {
      const mac = underlayMac(ip);
      updateLink(socket, { name: device, type: { kind: 'veth' }, mtuBytes: this.#topology.mtuBytes, mac, up: true });
    }
    replaceAddress(socket, { device, ip, prefixLength: cidrLength(cidr) });
    if (gateway === undefined) return;
    replaceRoute(socket, {
      destination: (ipFamily(ip) === 4 ? '0.0.0.0/0' : '::/0') as Cidr,
      kind: 'unicast',
      nextHops: [{ device, via: gateway }],
      protocol: routeProtocol.static,
      scope: 'universe',
      metric: 0,
      table: mainTable,
    });
  }

  #socket(place: string): NetlinkSocket {
    const known = this.#sockets.get(place);
    if (known !== undefined) return known;
    const socket = NetlinkSocket.open({ netns: this.#netns(place) });
    this.#sockets.set(place, socket);
    return socket;
  }
}

/** Names of devices have up to 15 characters. */
function shortName(name: string, otherwise: string): string {
  return name.length > 15 ? otherwise : name;
}

/** Where a network behind a router can be reached: its first address, a host route's only one. */
export function firstAddress(cidr: Cidr): Ip {
  return cidrLength(cidr) >= (cidrFamily(cidr) === 4 ? 31 : 127) ? cidrAddress(cidr) : ipPlus(cidrAddress(cidr), 1);
}

/** A MAC that tells its owner: 52:54 and the four bytes of the address, so that captures read easily. */
function underlayMac(ip: Ip): Mac {
  return macFromBytes(Uint8Array.of(0x52, 0x54, ...ipToBytes(ip)));
}
