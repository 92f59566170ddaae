import { closeSync } from 'node:fs';
import { errorText, hasCode } from '../base/errors.ts';
import { addressBits, ipFamily } from '../net/ip.ts';
import { hostSideMac } from '../net/mac.ts';
import type { Route } from '../net/route.ts';
import { listAddresses } from './addresses.ts';
import { getLink } from './links.ts';
import { NetlinkSocket } from './netlink-socket.ts';
import { inNetns, openNetns } from './netns.ts';
import { ownNetlink } from './own-netlink.ts';
import { hostRoutes, hostSysctls, type PodWiring, podRoutes, podSysctls } from './pod-network.ts';
import { listRoutes } from './routes.ts';
import { readSysctl } from './sysctl.ts';

/**
 * What is wrong with the wiring of a pod: one text for each interface, address, route or setting that is missing or
 * different; empty when all is right. Changes nothing. The MTU is not compared: pods keep the one they were made with.
 */
export function checkPodWiring(wiring: PodWiring): string[] {
  const wrong = checkHost(wiring, ownNetlink());
  let netns: number;
  try {
    netns = openNetns(wiring.netnsPath);
  } catch (error) {
    if (!hasCode(error, 'HOST_NETNS')) throw error;
    return [...wrong, errorText(error)];
  }
  try {
    using pod = NetlinkSocket.open({ netns });
    wrong.push(...checkPod(wiring, pod));
    wrong.push(...inNetns(netns, () => checkSysctls(podSysctls(wiring), 'in the pod')));
    return wrong;
  } finally {
    closeSync(netns);
  }
}

function checkHost(wiring: PodWiring, host: NetlinkSocket): string[] {
  const name = wiring.hostDevice;
  const link = getLink(host, name);
  if (link === undefined) return [`host interface "${name}" is missing`];
  const wrong: string[] = [];
  if (!link.up) wrong.push(`host interface "${name}" is down`);
  if (link.mac !== hostSideMac) wrong.push(`host interface "${name}" has MAC ${link.mac}, ${hostSideMac} needed`);
  wrong.push(...checkSysctls(hostSysctls(wiring), 'on the host'));
  wrong.push(...missingRoutes(hostRoutes(wiring), listRoutes(host, { device: name }), 'on the host'));
  return wrong;
}

function checkPod(wiring: PodWiring, pod: NetlinkSocket): string[] {
  const name = wiring.ifName;
  const link = getLink(pod, name);
  if (link === undefined) return [`interface "${name}" is missing in the pod`];
  const wrong: string[] = [];
  if (!link.up) wrong.push(`interface "${name}" is down in the pod`);
  if (wiring.mac !== undefined && link.mac !== wiring.mac) {
    wrong.push(`interface "${name}" has MAC ${link.mac} in the pod, ${wiring.mac} needed`);
  }
  const addresses = listAddresses(pod, name);
  for (const ip of wiring.addresses) {
    const length = addressBits(ipFamily(ip));
    if (addresses.some((address) => address.ip === ip && address.prefixLength === length)) continue;
    wrong.push(`address ${ip}/${length} is missing on "${name}" in the pod`);
  }
  wrong.push(...missingRoutes(podRoutes(wiring), listRoutes(pod, { device: name }), 'in the pod'));
  return wrong;
}

function checkSysctls(wanted: ReturnType<typeof hostSysctls>, where: string): string[] {
  return wanted.flatMap(({ path, value }) => {
    const found = readSysctl(path);
    if (found === value || (found === undefined && path.startsWith('ipv6/'))) return [];
    return [`sysctl ${path} is ${found ?? 'missing'} ${where}, ${value} needed`];
  });
}

/** Protocol and metric are not compared: the agent may have taken the route over under its own. */
function missingRoutes(wanted: readonly Route[], found: readonly Route[], where: string): string[] {
  return wanted.flatMap((route) => {
    const [hop] = route.nextHops;
    const there = found.some(
      ({ destination, kind, nextHops: [first] }) =>
        destination === route.destination &&
        kind === route.kind &&
        first?.device === hop?.device &&
        first?.via === hop?.via,
    );
    const via = hop?.via === undefined ? '' : ` via ${hop.via}`;
    return there ? [] : [`route ${route.destination}${via} dev ${hop?.device} is missing ${where}`];
  });
}
