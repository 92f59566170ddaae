import type { Logger } from '../base/log.ts';
import { type NetlinkMonitor, watchNetlink } from '../host/netlink-monitor.ts';
import { routeProtocol } from '../net/route.ts';
import type { Scope } from '../reconcile/wake.ts';
import { concernsNodeAddress, scopeOfEvent } from './monitor-scope.ts';

/** Who hears of what the kernel announces. */
export interface KernelEventParts {
  readonly log: Logger;
  /** Devices that tunnels go by. */
  readonly underlay: () => ReadonlySet<string>;
  /** Something of these kinds may have changed. */
  readonly onScope: (scope: Scope) => void;
  /** Addresses or devices of the host may have changed. */
  readonly onHost: () => void;
  /** Devices may have come, gone or changed their names. */
  readonly onDevices: () => void;
}

/** Listens to the kernel: what others change is looked at as soon as they do. */
export function watchKernel(parts: KernelEventParts): NetlinkMonitor {
  const { log, underlay, onScope, onHost, onDevices } = parts;
  const groups = ['link', 'address', 'route', 'neighbour'] as const;
  const monitor = watchNetlink({ groups }, (event) => {
    if (event.kind === 'overflow') log.warn('kernel events lost, looking at everything');
    const scope = scopeOfEvent(event, underlay());
    if (scope !== undefined) onScope(scope);
    if (event.kind === 'link' || event.kind === 'overflow') onDevices();
    if (concernsNodeAddress(event)) onHost();
  });
  // A peer may announce tens of thousands. Who waits for one of BIRD's routes asks to hear of them for that long.
  monitor.ignoreRoutesOf([routeProtocol.bird]);
  return monitor;
}
