import { type Cidr, cidrAddress, cidrContainsIp, tryParseCidr } from '../net/cidr.ts';
import { type Ip, ipPlus, tryParseIp } from '../net/ip.ts';
import { hostAddress6 } from './host-address6.ts';
import type { LabRouter, RouterLeg, RouterNeighbor, RouterOption } from './lab-router.ts';
import { type LabMode, modeSettings } from './modes.ts';
import type { LabNode, Segment } from './topology.ts';
import { checkAsNumber, checkName, fail } from './topology-checks.ts';

/** What routers are placed into. */
export interface RouterSurroundings {
  readonly segments: readonly Segment[];
  readonly nodes: readonly LabNode[];
  readonly asNumber: number;
  readonly mesh: boolean;
  readonly mode: LabMode;
  readonly crossSubnet: boolean;
}

/**
 * The routers of a lab that speak BGP, those a person asked for first.
 *
 * @throws WeftError LAB_BAD_TOPOLOGY with what was found and what is needed
 */
export function computeRouters(options: readonly RouterOption[], around: RouterSurroundings): readonly LabRouter[] {
  if (options.length > 0 && modeSettings(around).backend !== 'bird') {
    fail(`mode "${around.mode}" has no BGP for the routers, mode "ipip" or "bgp" needed`);
  }
  const placed = options.map((option, index) => placeRouter(option, index, around));
  checkDistinct(placed, around);
  const meshed = placed.map((router, index) => ({
    ...router,
    neighbors: neighborsOf(router, options[index]?.peers ?? 'auto', placed, around),
  }));
  const named = meshed.map((router) => ({ ...router, neighbors: withRouters(router, meshed) }));
  return bgpAcrossSubnets(around) ? [...named, builtInRouter(around)] : named;
}

/**
 * Without encapsulation whatever joins the segments has to know the way to every block. Racks with an AS of their own
 * have routers of their own for that.
 */
function bgpAcrossSubnets({ mode, nodes, asNumber }: RouterSurroundings): boolean {
  const segments = new Set(nodes.map((node) => node.segment));
  return mode === 'bgp' && segments.size > 1 && nodes.every((node) => (node.asNumber ?? asNumber) === asNumber);
}

/**
 * The lab's router as a member of the cluster's AS: by iBGP each node tells it its own blocks only. A router of another
 * AS would hear of every block from every node, and could send packets back to where they came from.
 */
function builtInRouter(around: RouterSurroundings): LabRouter {
  const router: LabRouter = {
    name: 'router',
    software: 'bird',
    asNumber: around.asNumber,
    legs: around.segments.map(({ name, gateway, gateway6 }, index) => ({
      segment: name,
      device: `eth${index}`,
      address: gateway,
      ...(gateway6 === undefined ? {} : { address6: gateway6 }),
    })),
    neighbors: [],
    // Without a mesh nobody else would tell the nodes of each other.
    reflector: !around.mesh,
    announce: [],
    bfd: false,
    peering: 'segments',
    builtIn: true,
  };
  return { ...router, neighbors: neighborsOf(router, 'auto', [], around) };
}

function placeRouter(option: RouterOption, index: number, around: RouterSurroundings): LabRouter {
  const { name, software, reflector = false } = option;
  checkName('router', name);
  const asNumber = checkAsNumber(`router "${name}"`, option.as ?? (reflector ? around.asNumber : 65000 + index));
  if (reflector && software === 'exabgp')
    fail(`router "${name}" is to reflect, which exabgp cannot, another software needed`);
  if (option.bfd === true && software !== 'bird' && software !== 'frr') {
    fail(`router "${name}" is to use BFD, which ${software} has not, software bird or frr needed`);
  }
  return {
    name,
    software,
    asNumber,
    legs: legsOf(option, index, around.segments),
    neighbors: [],
    reflector,
    announce: (option.announce ?? []).map((text) => stubNetwork(name, text)),
    ...(option.password === undefined ? {} : { password: checkPassword(name, option.password) }),
    bfd: option.bfd ?? false,
    peering: option.peer === false ? 'none' : isAuto(option.peers) ? 'segments' : 'nodes',
    builtIn: false,
  };
}

function isAuto(peers: RouterOption['peers']): boolean {
  return peers === undefined || peers === 'auto' || peers.includes('auto');
}

function legsOf(option: RouterOption, index: number, segments: readonly Segment[]): readonly RouterLeg[] {
  const names = option.segments ?? [option.segment ?? segments[0]?.name ?? ''];
  const addresses = option.addresses ?? (option.address === undefined ? [] : [option.address]);
  if (addresses.length > names.length) {
    fail(
      `router "${option.name}" has ${addresses.length} addresses on ${names.length} segments, one per segment needed`,
    );
  }
  return names.map((name, leg) => {
    const segment = segments.find((one) => one.name === name);
    if (segment === undefined) {
      const known = segments.map((one) => one.name).join(', ');
      return fail(`router "${option.name}" is on segment "${name}", one of ${known} needed`);
    }
    const text = addresses[leg];
    const address = text === undefined ? ipPlus(cidrAddress(segment.cidr), firstHost + index) : tryParseIp(text);
    if (address === undefined || !cidrContainsIp(segment.cidr, address) || address === segment.gateway) {
      return fail(
        `router "${option.name}" would have address ${address ?? text}, a free address of segment "${name}" (${segment.cidr}, router ${segment.gateway}) needed`,
      );
    }
    return {
      segment: name,
      device: `eth${leg}`,
      address,
      ...(segment.cidr6 === undefined ? {} : { address6: hostAddress6(segment.cidr6, firstHost + index) }),
    };
  });
}

/** Host part of the first router's address; nodes end at .119. */
const firstHost = 200;

function stubNetwork(router: string, text: string): Cidr {
  return tryParseCidr(text) ?? fail(`router "${router}" announces "${text}", a network like 172.20.0.0/24 needed`);
}

/** What all five understand without quoting. @see RFC 2385: up to 80 bytes */
function checkPassword(router: string, text: string): string {
  if (/^[\w.-]{1,80}$/.test(text)) return text;
  return fail(`router "${router}" has a password that not every software reads, 1 to 80 letters, digits, . _ - needed`);
}

/** Sessions with nodes, one per address family that both have. */
function neighborsOf(
  router: LabRouter,
  peers: 'auto' | readonly string[],
  routers: readonly LabRouter[],
  around: RouterSurroundings,
): readonly RouterNeighbor[] {
  const names = typeof peers === 'string' ? [peers] : peers;
  const known = [...around.nodes, ...routers].map((one) => one.name);
  const unknown = names.find((one) => one !== 'auto' && !known.includes(one));
  if (unknown !== undefined) fail(`router "${router.name}" peers with "${unknown}", one of ${known.join(', ')} needed`);
  const nodes = around.nodes.flatMap((node) => {
    const leg = router.legs.find((one) => one.segment === node.segment);
    if (!names.includes(node.name) && !(names.includes('auto') && leg !== undefined)) return [];
    if (leg === undefined) {
      return fail(`router "${router.name}" peers with node "${node.name}", a leg on segment "${node.segment}" needed`);
    }
    const { name, asNumber = around.asNumber } = node;
    if (router.reflector && asNumber !== router.asNumber) {
      fail(
        `router "${router.name}" of AS ${router.asNumber} is to reflect for node "${name}" of AS ${asNumber}, one AS needed`,
      );
    }
    return sessions(router, { name, kind: 'node', asNumber }, node, leg);
  });
  const others = routers.flatMap((other) => {
    if (other.name === router.name || !names.includes(other.name)) return [];
    return routerSessions(router, other);
  });
  return [...nodes, ...others];
}

/** A router that another one peers with has the other end of the session. */
function withRouters(router: LabRouter, all: readonly LabRouter[]): readonly RouterNeighbor[] {
  const wanting = all.filter(
    (other) =>
      other.neighbors.some((one) => one.kind === 'router' && one.name === router.name) &&
      !router.neighbors.some((one) => one.kind === 'router' && one.name === other.name),
  );
  return [...router.neighbors, ...wanting.flatMap((other) => routerSessions(router, other))];
}

function routerSessions(router: LabRouter, other: LabRouter): readonly RouterNeighbor[] {
  const far = other.legs.find((one) => router.legs.some((own) => own.segment === one.segment));
  const near = router.legs.find((own) => own.segment === far?.segment);
  if (far === undefined || near === undefined) {
    return fail(`router "${router.name}" peers with router "${other.name}", a common segment needed`);
  }
  return sessions(router, { name: other.name, kind: 'router', asNumber: other.asNumber }, far, near);
}

function sessions(
  router: LabRouter,
  neighbor: Pick<RouterNeighbor, 'name' | 'kind' | 'asNumber'>,
  far: { readonly address: Ip; readonly address6?: Ip },
  near: RouterLeg,
): readonly RouterNeighbor[] {
  const ipv4: RouterNeighbor = { ...neighbor, address: far.address, source: near.address };
  // BIRD 1.6 needs a second daemon for IPv6.
  if (router.software === 'bird1' || far.address6 === undefined || near.address6 === undefined) return [ipv4];
  return [ipv4, { ...neighbor, address: far.address6, source: near.address6 }];
}

function checkDistinct(routers: readonly LabRouter[], { nodes }: RouterSurroundings): void {
  const names = new Set(['router', 'external', ...nodes.map((one) => one.name)]);
  const addresses = new Set<string>(nodes.map((one) => one.address));
  for (const router of routers) {
    if (names.has(router.name)) fail(`router name "${router.name}" is taken, another name needed`);
    names.add(router.name);
    for (const { address } of router.legs) {
      if (addresses.has(address))
        fail(`router "${router.name}" has address ${address}, which is taken, another one needed`);
      addresses.add(address);
    }
  }
}
