import { type NetlinkMonitor, watchNetlink } from '../src/host/netlink-monitor.ts';
import { type LabState, requirePlace } from '../src/lab/lab-state.ts';
import { mainTable, type Route } from '../src/net/route.ts';

/** A route of the main table that came, changed or went on a node. */
export interface RouteChange {
  readonly node: string;
  readonly action: 'new' | 'delete';
  readonly route: Route;
  /** Milliseconds of `performance.now()`. */
  readonly atMs: number;
}

/** What `ip monitor route` would print on every node of a lab, from now on. */
export class RouteLog {
  readonly changes: RouteChange[] = [];
  readonly #monitors: readonly NetlinkMonitor[];

  constructor(state: LabState) {
    this.#monitors = state.topology.nodes.map(({ name: node }) => {
      const netns = `/proc/${requirePlace(state, node).pid}/ns/net`;
      return watchNetlink({ netns, groups: ['route'] }, (event) => {
        if (event.kind === 'overflow') throw new Error(`route changes on ${node} were lost`);
        if (event.kind !== 'route' || event.route?.table !== mainTable) return;
        this.changes.push({ node, action: event.action, route: event.route, atMs: performance.now() });
      });
    });
  }

  /** The changes since the last call. */
  take(): readonly RouteChange[] {
    return this.changes.splice(0);
  }

  async close(): Promise<void> {
    await Promise.all(this.#monitors.map((monitor) => monitor.close()));
  }
}

/** One change as a line, for whoever has to find out what should not have happened. */
export function describeChange({ node, action, route }: RouteChange): string {
  const hops = route.nextHops.map(({ via, device }) => ` via ${via} dev ${device}`).join('');
  return `${node}: ${action} ${route.destination}${hops} proto ${route.protocol}`;
}
