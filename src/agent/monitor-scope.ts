import type { MonitorEvent } from '../host/netlink-monitor.ts';
import { isOurTunnel, isOurVxlan, isPodDevice } from '../host/our-devices.ts';
import { routeProtocol } from '../net/route.ts';
import type { Scope } from '../reconcile/wake.ts';

/** What an announcement of the kernel makes worth looking at; `undefined` when nothing of ours can have changed. */
export function scopeOfEvent(event: MonitorEvent, underlay: ReadonlySet<string>): Scope | undefined {
  switch (event.kind) {
    case 'overflow':
      return 'all';
    case 'link':
      // What hangs on a pod's device; its settings outlive everything but the device itself.
      if (isPodDevice(event.device)) return new Set(['pod-link', 'address', 'route', 'neighbour']);
      // Everything hangs on devices. The far end of the eBPF tunnel is tunl0p.
      return isOurs(event.device) || underlay.has(event.device) || event.device === 'tunl0p' ? 'all' : undefined;
    case 'address':
      // With the last IPv4 address of a device the kernel takes its routes and neighbours, and says nothing.
      if (isPodDevice(event.device) && event.action === 'delete') return new Set(['address', 'route', 'neighbour']);
      return isOurTunnel(event.device) ? new Set(['address', 'route']) : undefined;
    case 'route':
      return concernsRoutes(event) ? new Set(['route']) : undefined;
    case 'neighbour':
      return isOurVxlan(event.device) ? new Set(['neighbour']) : undefined;
    case 'fdb':
      return isOurVxlan(event.device) ? new Set(['fdb']) : undefined;
  }
}

/**
 * BIRD changes thousands of routes in one go, and the kernel makes its own for every address: neither can be in the way of
 * ours, which differ in metric. Anybody else's may have replaced one. The kernel's own on our devices tell of addresses.
 */
function concernsRoutes({ route, device }: Extract<MonitorEvent, { kind: 'route' }>): boolean {
  if (route === undefined || route.protocol === routeProtocol.bird) return false;
  if (device !== undefined && isOurs(device)) return true;
  return route.protocol !== routeProtocol.kernel;
}

/** Whether the node's own address or MTU may have changed. */
export function concernsNodeAddress(event: MonitorEvent): boolean {
  if (event.kind === 'overflow') return true;
  return (event.kind === 'address' || event.kind === 'link') && !isOurs(event.device);
}

function isOurs(device: string): boolean {
  return isOurTunnel(device) || isPodDevice(device);
}
