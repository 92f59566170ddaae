import { closeSync } from 'node:fs';
import { hasCode, WeftError } from '../base/errors.ts';
import { addressBits, ipFamily } from '../net/ip.ts';
import type { Link, Sysctl } from '../net/link.ts';
import { hostSideMac, type Mac } from '../net/mac.ts';
import { errnoName } from '../netlink/errno.ts';
import { encodeSetInetConf, encodeSetProxyDelay, type InetConfName, inetConf } from '../netlink/inet-conf.ts';
import { encodeReplaceAddress } from '../netlink/interface-address.ts';
import { decodeLink, decodeLinkIndex, encodeGetLink, encodeNewLink, encodeSetLink } from '../netlink/link.ts';
import { type NetlinkMessage, netlinkFlag } from '../netlink/message.ts';
import { encodeReplaceRoute } from '../netlink/route.ts';
import { deleteLink, getLink } from './links.ts';
import { type Exchange, NetlinkSocket, refusalError } from './netlink-socket.ts';
import { openNetns, openOwnNetns, visitNetns } from './netns.ts';
import { netlinkOf, netnsInode, ownNetlink } from './own-netlink.ts';
import {
  hasFamily,
  hostRoutes,
  hostSysctls,
  type PodWiring,
  podGateway6,
  podRoutes,
  podSysctls,
} from './pod-network.ts';
import { listRoutes } from './routes.ts';
import { readSysctl, writeSysctl } from './sysctl.ts';

export { checkPodWiring } from './check-pod-wiring.ts';
export type { PodWiring } from './pod-network.ts';

/** A connected pod. */
export interface WiredPod {
  readonly hostDevice: string;
  /** Of the pod side. */
  readonly mac: Mac;
  readonly mtuBytes: number;
}

/** Which pod is to be disconnected. */
export interface PodUnwiring {
  readonly hostDevice: string;
  readonly ifName: string;
  /** Absent, or of a namespace that is gone: the host side is removed, which takes the pod side along. */
  readonly netnsPath?: string;
}

/**
 * Connects a pod to its host by a veth pair, whose pod side is made inside the pod's namespace at once (making it on
 * the host and moving it costs the kernel 19 ms more). A host device of that name left by an earlier pod is deleted.
 * Any failure undoes what was made.
 *
 * Costs 2 exchanges with the kernel for the host's side and 2 for the pod's, whatever the number of addresses. The host
 * side's MAC is given when it is made: the kernel then marks it as set, and udev leaves it alone.
 *
 * @throws WeftError HOST_INTERFACE_EXISTS when the pod has an interface of this name; HOST_NETNS;
 * HOST_ADDRESS_IN_USE when the host has a route for an address to another device; NETLINK_<ERRNO>; HOST_SYSCTL
 */
export function wirePod(wiring: PodWiring): WiredPod {
  return withBoth(wiring.netnsPath, (own, netns) => {
    const host = netlinkOf(netnsInode(own));
    const hostIndex = createPair(host, wiring, netns);
    try {
      setUpHostSide(host, wiring, hostIndex);
      return setUpPodSide(wiring, netns, own);
    } catch (error) {
      deleteLink(host, wiring.hostDevice);
      throw error;
    }
  });
}

/** Disconnects a pod. Idempotent; a missing namespace or device is fine. @throws WeftError NETLINK_<ERRNO> */
export function unwirePod(unwiring: PodUnwiring): void {
  const { hostDevice, ifName, netnsPath } = unwiring;
  deleteLink(ownNetlink(), hostDevice);
  if (netnsPath === undefined || netnsPath === '') return;
  try {
    withBoth(netnsPath, (_, netns) => {
      using pod = NetlinkSocket.open({ netns });
      deleteLink(pod, ifName);
    });
  } catch (error) {
    if (!hasCode(error, 'HOST_NETNS')) throw error;
  }
}

/** Opens this thread's namespace and the pod's, which may not be the same: wiring would reroute the machine. */
function withBoth<T>(path: string, run: (own: number, netns: number) => T): T {
  const own = openOwnNetns();
  try {
    const netns = openNetns(path);
    try {
      if (netnsInode(netns) !== netnsInode(own)) return run(own, netns);
      throw new WeftError('HOST_NETNS', `Cannot wire network namespace "${path}": it is the host's own`);
    } finally {
      closeSync(netns);
    }
  } finally {
    closeSync(own);
  }
}

/** Makes both ends; returns the number of the host's. */
function createPair(host: NetlinkSocket, wiring: PodWiring, netns: number): number {
  const link: Link = {
    name: wiring.hostDevice,
    type: { kind: 'veth', peer: wiring.ifName },
    mtuBytes: wiring.mtuBytes,
    mac: hostSideMac,
    up: false,
  };
  const mac = wiring.mac === undefined ? {} : { peerMac: wiring.mac };
  const placement = { peerNetns: netns, queues: wiring.queues ?? 1, ...mac };
  const messages = [encodeNewLink(link, () => 0, placement), encodeGetLink(wiring.hostDevice)];
  const action = `wire pod interface "${wiring.ifName}" to "${wiring.hostDevice}"`;
  let answers = host.exchange(messages);
  if (isTaken(answers[0])) {
    makeRoom(host, wiring, netns);
    answers = host.exchange(messages);
  }
  failOnRefusal(answers, () => action);
  return decodeLinkIndex(replyBody(answers[1], wiring.hostDevice));
}

/** EEXIST is either the pod's interface, which is an error, or a host device that outlived its pod. */
function makeRoom(host: NetlinkSocket, wiring: PodWiring, netns: number): void {
  using pod = NetlinkSocket.open({ netns });
  if (getLink(pod, wiring.ifName) !== undefined) {
    throw new WeftError(
      'HOST_INTERFACE_EXISTS',
      `Cannot make interface "${wiring.ifName}" in "${wiring.netnsPath}": it exists, a namespace without it needed`,
    );
  }
  deleteLink(host, wiring.hostDevice);
}

/** Settings come before up, so that no packet is handled without them; routes need the device up. */
function setUpHostSide(host: NetlinkSocket, wiring: PodWiring, index: number): void {
  const routes = hostRoutes(wiring);
  const linkLocal = { device: wiring.hostDevice, ip: podGateway6, prefixLength: 64, scope: 'link' } as const;
  const messages = [
    ...applyHostSysctls(wiring, index),
    encodeSetLink(index, { up: true }),
    ...(hasFamily(wiring, 6) ? [encodeReplaceAddress(linkLocal, index)] : []),
    ...routes.map((route) => exclusive(encodeReplaceRoute(route, () => index))),
  ];
  const answers = host.exchange(messages);
  const firstRoute = messages.length - routes.length;
  routes.forEach((route, i) => {
    if (!isTaken(answers[firstRoute + i])) return;
    const holder = listRoutes(host).find(({ destination }) => destination === route.destination);
    throw new WeftError(
      'HOST_ADDRESS_IN_USE',
      `Cannot route "${route.destination}" to "${wiring.hostDevice}": ` +
        `the host has a route for it to "${holder?.nextHops[0]?.device ?? 'nowhere'}", an unused address needed`,
    );
  });
  failOnRefusal(answers, () => `set up host side "${wiring.hostDevice}"`);
}

/** Writes the settings that have to be written below /proc/sys; returns messages for those that have one (IPv4). */
function applyHostSysctls(wiring: PodWiring, index: number): NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  const settings = new Map<InetConfName, number>();
  for (const sysctl of hostSysctls(wiring)) {
    const [family, group, , name = ''] = sysctl.path.split('/');
    if (family === 'ipv4' && group === 'conf' && name in inetConf) {
      settings.set(name as InetConfName, Number(sysctl.value));
    } else if (family === 'ipv4' && group === 'neigh' && name === 'proxy_delay') {
      messages.push(encodeSetProxyDelay(index, Number(sysctl.value)));
    } else applySysctl(sysctl);
  }
  if (settings.size > 0) messages.push(encodeSetInetConf(index, settings));
  return messages;
}

function setUpPodSide(wiring: PodWiring, netns: number, own: number): WiredPod {
  using pod = visitNetns(netns, own, () => {
    for (const sysctl of podSysctls(wiring)) applySysctl(sysctl);
    return NetlinkSocket.open();
  });
  const found = pod.exchange([
    encodeSetLink('lo', { up: true }),
    encodeSetLink(wiring.ifName, { up: true }),
    encodeGetLink(wiring.ifName),
  ]);
  const action = () => `set up interface "${wiring.ifName}" in "${wiring.netnsPath}"`;
  failOnRefusal(found, action);
  const { index, mac, mtuBytes } = decodeLink(replyBody(found[2], wiring.ifName), String);
  const changes = [
    ...wiring.addresses.map((ip) => {
      const address = { device: wiring.ifName, ip, prefixLength: addressBits(ipFamily(ip)) };
      return encodeReplaceAddress(address, index);
    }),
    ...podRoutes(wiring).map((route) => encodeReplaceRoute(route, () => index)),
  ];
  failOnRefusal(pod.exchange(changes), action);
  if (mac === undefined) throw new WeftError('HOST_MAC', `Cannot read MAC address of "${wiring.ifName}": none found`);
  return { hostDevice: wiring.hostDevice, mac, mtuBytes };
}

/** A kernel without IPv6 has none of its settings; for IPv4 a missing one is an error. */
function applySysctl(sysctl: Sysctl): void {
  try {
    writeSysctl(sysctl);
  } catch (error) {
    if (!sysctl.path.startsWith('ipv6/') || readSysctl(sysctl.path) !== undefined) throw error;
  }
}

function isTaken(answer: Exchange | undefined): boolean {
  return answer?.refusal !== undefined && errnoName(answer.refusal.errno) === 'EEXIST';
}

function exclusive(message: NetlinkMessage): NetlinkMessage {
  return { ...message, flags: netlinkFlag.create | netlinkFlag.exclusive };
}

function failOnRefusal(answers: readonly Exchange[], action: () => string): void {
  for (const { refusal } of answers) if (refusal !== undefined) throw refusalError(refusal, action());
}

function replyBody(answer: Exchange | undefined, name: string): Uint8Array {
  const [reply] = answer?.replies ?? [];
  if (reply === undefined) throw new WeftError('NETLINK_ENODEV', `Cannot find link "${name}": no answer`);
  return reply.body;
}
