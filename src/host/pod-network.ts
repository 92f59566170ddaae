import { type Cidr, hostCidr, parseCidr } from '../net/cidr.ts';
import { type Ip, ipFamily, parseIp } from '../net/ip.ts';
import type { Sysctl } from '../net/link.ts';
import type { Mac } from '../net/mac.ts';
import { mainTable, type Route, routeProtocol } from '../net/route.ts';

/** How a pod is to be connected. */
export interface PodWiring {
  /** Name of the host side: `cali` and 11 hex digits. */
  readonly hostDevice: string;
  readonly netnsPath: string;
  /** Name of the pod side: `eth0`. */
  readonly ifName: string;
  readonly mtuBytes: number;
  readonly addresses: readonly Ip[];
  /** Of the pod side; the kernel's choice when absent. */
  readonly mac?: Mac;
  /** Whether the pod may forward packets; no when absent. */
  readonly allowIpForwarding?: boolean;
  /** Whether the pod's default routes point here; yes when absent. */
  readonly defaultRoutes?: boolean;
  /**
   * Transmit and receive queues of each end; 1 when absent, not one for every processor as the kernel would have it: each
   * one is registered in sysfs (two of them cost 0.14 ms of 0.35 for the pair), and a veth without XDP or GRO uses none.
   */
  readonly queues?: number;
  /** RTPROT_* of the host's routes to the pod; 3 (boot) when absent. */
  readonly routeProtocol?: number;
  /** Metric of the host's routes to the pod; 0 when absent. */
  readonly routeMetric?: number;
}

/** The gateway that every pod sees for IPv4. No interface has it: the host answers ARP for anything (proxy_arp). */
export const podGateway4: Ip = parseIp('169.254.1.1');

/** The gateway that every pod sees for IPv6: the link-local address that follows from the host side's MAC. */
export const podGateway6: Ip = parseIp('fe80::ecee:eeff:feee:eeee');

/** Whether any address is of the family. */
export function hasFamily(wiring: PodWiring, family: 4 | 6): boolean {
  return wiring.addresses.some((ip) => ipFamily(ip) === family);
}

/** The routes inside the pod, in the order in which they can be added. */
export function podRoutes(wiring: PodWiring): Route[] {
  const device = wiring.ifName;
  const routes: Route[] = [];
  if (hasFamily(wiring, 4)) routes.push(route(hostCidr(podGateway4), { device }, 'link'));
  if (wiring.defaultRoutes === false) return routes;
  if (hasFamily(wiring, 4)) routes.push(route(parseCidr('0.0.0.0/0'), { device, via: podGateway4 }));
  if (hasFamily(wiring, 6)) routes.push(route(parseCidr('::/0'), { device, via: podGateway6 }));
  return routes;
}

/** The host's routes to the pod. */
export function hostRoutes(wiring: PodWiring): Route[] {
  return wiring.addresses.map((ip) => ({
    // IPv6 has no scopes: the kernel reads every route back as universe.
    ...route(hostCidr(ip), { device: wiring.hostDevice }, ipFamily(ip) === 4 ? 'link' : 'universe'),
    protocol: wiring.routeProtocol ?? routeProtocol.boot,
    metric: wiring.routeMetric ?? 0,
  }));
}

/** Settings of the host side. accept_ra also where no IPv6 address is given: a pod must not tell its host routes. */
export function hostSysctls(wiring: PodWiring): Sysctl[] {
  const v4 = `ipv4/conf/${wiring.hostDevice}`;
  const v6 = `ipv6/conf/${wiring.hostDevice}`;
  const sysctls: Sysctl[] = [{ path: `${v6}/accept_ra`, value: '0' }];
  if (hasFamily(wiring, 4)) {
    sysctls.push(
      { path: `${v4}/route_localnet`, value: '1' },
      { path: `ipv4/neigh/${wiring.hostDevice}/proxy_delay`, value: '0' },
      { path: `${v4}/proxy_arp`, value: '1' },
      { path: `${v4}/forwarding`, value: '1' },
    );
  }
  if (hasFamily(wiring, 6)) {
    sysctls.push(
      { path: `${v6}/disable_ipv6`, value: '0' },
      { path: `${v6}/accept_dad`, value: '0' },
      { path: `${v6}/proxy_ndp`, value: '1' },
      { path: `${v6}/forwarding`, value: '1' },
    );
  }
  return sysctls;
}

/** Settings of the pod's namespace. */
export function podSysctls(wiring: PodWiring): Sysctl[] {
  const sysctls: Sysctl[] = [];
  if (hasFamily(wiring, 6)) {
    for (const scope of ['all', 'default', 'lo', wiring.ifName]) {
      sysctls.push({ path: `ipv6/conf/${scope}/disable_ipv6`, value: '0' });
    }
    for (const scope of ['all', 'default', wiring.ifName]) {
      sysctls.push({ path: `ipv6/conf/${scope}/accept_dad`, value: '0' });
    }
  }
  if (wiring.allowIpForwarding === true) return sysctls;
  if (hasFamily(wiring, 4)) sysctls.push({ path: 'ipv4/ip_forward', value: '0' });
  if (hasFamily(wiring, 6)) sysctls.push({ path: 'ipv6/conf/all/forwarding', value: '0' });
  return sysctls;
}

function route(destination: Cidr, nextHop: Route['nextHops'][0], scope: Route['scope'] = 'universe'): Route {
  return {
    destination,
    kind: 'unicast',
    nextHops: nextHop === undefined ? [] : [nextHop],
    protocol: routeProtocol.boot,
    scope,
    metric: 0,
    table: mainTable,
  };
}
