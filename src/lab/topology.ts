import { type Cidr, cidrAddress, cidrContainsIp, cidrLength, cidrsOverlap, tryParseCidr } from '../net/cidr.ts';
import { type Ip, ipFamily, ipPlus, parseIp, tryParseIp } from '../net/ip.ts';
import { hostAddress6 } from './host-address6.ts';
import type { LabRouter, RouterOption } from './lab-router.ts';
import { type LabMode, labModes, laterModes } from './modes.ts';
import { checkAsNumber, checkName, fail } from './topology-checks.ts';
import { computeRouters } from './topology-routers.ts';

/** One L2 network of the lab: a bridge in a switch namespace, with the router on it. */
export interface Segment {
  readonly name: string;
  readonly cidr: Cidr;
  /** The router's address on it, every node's default gateway. */
  readonly gateway: Ip;
  readonly cidr6?: Cidr;
  readonly gateway6?: Ip;
}

/** One node: a set of namespaces with `eth0` on a segment. */
export interface LabNode {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  readonly segment: string;
  readonly address: Ip;
  readonly address6?: Ip;
  /** Its own AS; absent: the cluster's. */
  readonly asNumber?: number;
  /** It is a route reflector of this cluster id. */
  readonly reflectorClusterId?: Ip;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Everything `lab up` builds, as one plain value. A function of the options alone. */
export interface Topology {
  readonly name: string;
  readonly mode: LabMode;
  /** Encapsulate only between segments. */
  readonly crossSubnet: boolean;
  readonly mtuBytes: number;
  readonly segments: readonly Segment[];
  readonly nodes: readonly LabNode[];
  readonly pool: Cidr;
  readonly blockSize: number;
  readonly pool6?: Cidr;
  readonly serviceCidr: Cidr;
  /** The AS of the cluster: BGPConfiguration.spec.asNumber. */
  readonly asNumber: number;
  /** Every node has a BGP session with every other: BGPConfiguration.spec.nodeToNodeMeshEnabled. */
  readonly mesh: boolean;
  /** Everything outside of the cluster that speaks BGP. In mode bgp across subnets the lab's own `router` is one. */
  readonly routers: readonly LabRouter[];
  /** The link between the router and the client outside of the cluster. */
  readonly outside: { readonly cidr: Cidr; readonly router: Ip; readonly external: Ip };
}

/** What a person may say about a node in a lab file. */
export interface NodeOption {
  readonly name: string;
  readonly segment?: string;
  readonly address?: string;
  readonly role?: 'control-plane' | 'worker';
  readonly as?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Makes the node a route reflector; written like an IPv4 address. */
  readonly reflectorClusterId?: string;
}

/** What a person may say about a lab; everything has a default. */
export interface TopologyOptions {
  readonly name?: string;
  readonly mode?: string;
  /** A number of nodes (the first is `master`), or the nodes themselves. */
  readonly nodes?: number | readonly NodeOption[];
  readonly segments?: readonly { readonly name: string; readonly cidr: string }[];
  readonly crossSubnet?: boolean;
  readonly pool?: string;
  readonly blockSize?: number;
  readonly mtu?: number;
  readonly ipv6?: boolean;
  /** AS number of the cluster. */
  readonly as?: number;
  /** Absent: on, unless there are reflectors or nodes of several AS. */
  readonly mesh?: boolean;
  readonly routers?: readonly RouterOption[];
}

/** The most nodes one lab may have: host parts .20 to .219. */
export const maxNodes = 100;

const outside = {
  cidr: '203.0.113.0/24' as Cidr,
  router: '203.0.113.1' as Ip,
  external: '203.0.113.10' as Ip,
};

/**
 * The topology these options describe.
 *
 * @throws WeftError LAB_BAD_TOPOLOGY with what was found and what is needed
 */
export function computeTopology(options: TopologyOptions): Topology {
  const name = checkName('lab', options.name ?? 'lab');
  const mode = checkMode(options.mode ?? 'ipip');
  const crossSubnet = options.crossSubnet ?? false;
  if (crossSubnet && mode === 'none') {
    fail('mode "none" cannot cross subnets without BGP, mode "bgp", "ipip" or "vxlan" needed with --cross-subnet');
  }
  const segments = computeSegments(options, crossSubnet);
  const nodes = computeNodes(options, segments);
  const asNumber = checkAsNumber('the lab', options.as ?? defaultAsNumber);
  const pool = checkNetwork('pool', options.pool ?? '10.24.0.0/16');
  const mesh = options.mesh ?? isMeshRight(options);
  const topology: Topology = {
    name,
    mode,
    crossSubnet,
    mtuBytes: checkRange('MTU', options.mtu ?? 1500, 576, 65535),
    segments,
    nodes,
    pool,
    blockSize: checkRange('block size', options.blockSize ?? 26, 20, 32),
    ...(options.ipv6 ? { pool6: 'fd00:10:24::/64' as Cidr } : {}),
    serviceCidr: '10.96.0.0/12' as Cidr,
    asNumber,
    mesh,
    routers: computeRouters(options.routers ?? [], { segments, nodes, asNumber, mesh, mode, crossSubnet }),
    outside,
  };
  checkNetworks(topology);
  return topology;
}

/** Calico's default. */
const defaultAsNumber = 64512;

/** A mesh cannot be where reflectors or racks with an AS of their own are to pass routes on. */
function isMeshRight(options: TopologyOptions): boolean {
  const nodes = typeof options.nodes === 'object' ? options.nodes : [];
  const reflected =
    options.routers?.some((one) => one.reflector === true) === true ||
    nodes.some((one) => one.reflectorClusterId !== undefined);
  return !reflected && nodes.every((one) => one.as === undefined || one.as === (options.as ?? defaultAsNumber));
}

function checkMode(mode: string): LabMode {
  const known = labModes.find((one) => one === mode);
  if (known !== undefined) return known;
  if (laterModes.includes(mode)) {
    return fail(`mode "${mode}" comes with a later version, one of ${labModes.join(', ')} needed`);
  }
  return fail(`mode "${mode}" is unknown, one of ${labModes.join(', ')} needed`);
}

function computeSegments(options: TopologyOptions, crossSubnet: boolean): readonly Segment[] {
  const ipv6 = options.ipv6 ?? false;
  const given = options.segments ?? [
    { name: 'lan1', cidr: '192.168.122.0/24' },
    ...(crossSubnet ? [{ name: 'lan2', cidr: '192.168.123.0/24' }] : []),
  ];
  if (given.length === 0) fail('no segment found, at least one needed');
  const names = new Set<string>();
  return given.map((one, index) => {
    checkName('segment', one.name);
    if (names.has(one.name)) fail(`two segments are named "${one.name}", distinct names needed`);
    names.add(one.name);
    const cidr = checkNetwork(`segment "${one.name}"`, one.cidr);
    if (cidrLength(cidr) > 29) fail(`segment "${one.name}" has network ${cidr}, a length of at most 29 needed`);
    const cidr6 = `fd00:192:168:${(122 + index).toString()}::/64` as Cidr;
    const gateway = ipPlus(cidrAddress(cidr), 1);
    return {
      name: one.name,
      cidr,
      gateway,
      ...(ipv6 ? { cidr6, gateway6: hostAddress6(cidr6, 1) } : {}),
    };
  });
}

function computeNodes(options: TopologyOptions, segments: readonly Segment[]): readonly LabNode[] {
  const given = typeof options.nodes === 'object' ? options.nodes : defaultNodes(options.nodes ?? 3);
  if (given.length < 1 || given.length > maxNodes) fail(`${given.length} nodes asked for, 1 to ${maxNodes} needed`);
  const names = new Set<string>();
  const addresses = new Set<Ip>();
  const nodes = given.map((one, index): LabNode => {
    checkName('node', one.name);
    if (reserved.includes(one.name)) fail(`node name "${one.name}" is taken by the lab itself, another name needed`);
    if (names.has(one.name)) fail(`two nodes are named "${one.name}", distinct names needed`);
    names.add(one.name);
    const segment = segmentOf(one, index, given.length, segments);
    const address = addressOf(one, index, segment);
    if (addresses.has(address)) fail(`two nodes have address ${address}, distinct addresses needed`);
    addresses.add(address);
    return {
      name: one.name,
      role: one.role ?? (index === 0 ? 'control-plane' : 'worker'),
      segment: segment.name,
      address,
      ...(segment.cidr6 === undefined ? {} : { address6: hostAddress6(segment.cidr6, firstHost + index) }),
      ...bgpOf(one),
    };
  });
  const masters = nodes.filter((node) => node.role === 'control-plane');
  if (masters.length !== 1) fail(`${masters.length} nodes have role control-plane, exactly one needed`);
  return nodes;
}

const reserved = ['router', 'external'];

/** Host part of the first node's addresses. */
const firstHost = 20;

function bgpOf(node: NodeOption): Pick<LabNode, 'asNumber' | 'reflectorClusterId' | 'labels'> {
  const { as: asNumber, reflectorClusterId: clusterId, labels } = node;
  return {
    ...(asNumber === undefined ? {} : { asNumber: checkAsNumber(`node "${node.name}"`, asNumber) }),
    ...(clusterId === undefined ? {} : { reflectorClusterId: checkClusterId(node.name, clusterId) }),
    ...(labels === undefined ? {} : { labels }),
  };
}

function checkClusterId(node: string, text: string): Ip {
  const id = tryParseIp(text);
  if (id !== undefined && ipFamily(id) === 4) return id;
  return fail(`node "${node}" has reflectorClusterId "${text}", an id like 244.0.0.1 needed`);
}

function defaultNodes(count: number): readonly NodeOption[] {
  if (!Number.isInteger(count) || count < 1 || count > maxNodes) {
    fail(`${count} nodes asked for, a whole number from 1 to ${maxNodes} needed`);
  }
  return Array.from({ length: count }, (_, index) => ({ name: index === 0 ? 'master' : `node${index}` }));
}

/** Workers take turns, the first beside the master, so that both kinds of pairs exist; a lone worker goes across. */
function segmentOf(node: NodeOption, index: number, count: number, segments: readonly Segment[]): Segment {
  if (node.segment !== undefined) {
    const found = segments.find((one) => one.name === node.segment);
    if (found !== undefined) return found;
    return fail(
      `node "${node.name}" is on segment "${node.segment}", one of ${segments.map((one) => one.name).join(', ')} needed`,
    );
  }
  const turn = index === 0 ? 0 : count === 2 ? 1 : index - 1;
  const segment = segments[turn % segments.length];
  return segment ?? fail('no segment found, at least one needed');
}

function addressOf(node: NodeOption, index: number, segment: Segment): Ip {
  const address =
    node.address === undefined ? ipPlus(cidrAddress(segment.cidr), firstHost + index) : parseIp(node.address);
  if (ipFamily(address) !== 4 || !cidrContainsIp(segment.cidr, address) || address === segment.gateway) {
    fail(
      `node "${node.name}" would have address ${address}, a free address of segment "${segment.name}" (${segment.cidr}, router ${segment.gateway}) needed`,
    );
  }
  return address;
}

function checkNetwork(what: string, text: string): Cidr {
  const cidr = tryParseCidr(text);
  if (cidr === undefined || cidr.includes(':'))
    return fail(`${what} is "${text}", an IPv4 network like 10.24.0.0/16 needed`);
  return cidr;
}

function checkRange(what: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  return fail(`${what} is ${value}, a whole number from ${least} to ${most} needed`);
}

function checkNetworks(topology: Topology): void {
  if (cidrLength(topology.pool) > topology.blockSize) {
    fail(`pool ${topology.pool} is smaller than one block of /${topology.blockSize}, a wider pool needed`);
  }
  const all: readonly (readonly [string, Cidr])[] = [
    ['the pool', topology.pool],
    ['the service network', topology.serviceCidr],
    ['the network outside', topology.outside.cidr],
    ...topology.segments.map((one) => [`segment "${one.name}"`, one.cidr] as const),
    ...topology.routers.flatMap((one) =>
      one.announce.map((cidr) => [`the network of router "${one.name}"`, cidr] as const),
    ),
  ];
  for (const [index, [leftName, left]] of all.entries()) {
    for (const [rightName, right] of all.slice(index + 1)) {
      if (cidrsOverlap(left, right))
        fail(`${leftName} (${left}) overlaps ${rightName} (${right}), separate networks needed`);
    }
  }
}
