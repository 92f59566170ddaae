import { interfacesAnnotation } from '../api/calico-node-view.ts';
import type { Node } from '../api/core.ts';
import type { CalicoNodeFields } from '../api/node-annotations.ts';
import type { Clock } from '../base/clock.ts';
import { errorText, hasCode } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Cluster } from '../datastore/cluster.ts';
import type { IpamAllocator } from '../datastore/ipam-allocator.ts';
import type { MachineFacts } from '../desired/snapshot.ts';
import type { NetlinkSocket } from '../host/netlink-socket.ts';
import type { Caches } from './caches.ts';
import { addressCandidates } from './machine.ts';
import { outerInterfaces } from './node-address.ts';
import { detectMachine } from './node-machine.ts';
import { writeNetworkCondition, writeNodeFields } from './node-status.ts';
import type { AgentOptions } from './options.ts';
import type { Readiness } from './readiness.ts';
import { newlyAnnounced, settleTunnelAddresses } from './tunnel-addresses.ts';

/** What registration works with. */
export interface RegistrationParts {
  readonly options: AgentOptions;
  readonly cluster: Cluster;
  readonly caches: Caches;
  readonly ipam: IpamAllocator;
  readonly nl: NetlinkSocket;
  readonly clock: Clock;
  readonly log: Logger;
  readonly readiness: Readiness;
  readonly tunnels: {
    /** Devices of tunnels whose addresses stay announced although no pool needs them. */
    readonly kept: () => ReadonlySet<string>;
    /** Resolves when the kernel has these devices; `false` when it is not yet known how they are to be made. @throws */
    readonly up: (devices: readonly string[]) => Promise<boolean>;
  };
}

/**
 * This node in the eyes of the others: its address, interfaces, tunnel addresses and MACs in the annotations of its Node
 * object, its NetworkUnavailable condition. Looked at again whenever addresses, pools or nodes change.
 */
export class NodeRegistration {
  readonly #parts: RegistrationParts;
  #machine: MachineFacts;
  #known = false;
  #ownTunnels: CalicoNodeFields = {};
  #announced: boolean | undefined;

  constructor(parts: RegistrationParts, ipip: MachineFacts['ipip']) {
    this.#parts = parts;
    this.#machine = { ipip };
    parts.readiness.set('node', 'not registered yet');
  }

  /** `undefined` until the machine's place in the cluster is known. */
  get machine(): MachineFacts | undefined {
    return this.#known ? this.#machine : undefined;
  }

  /** This node's ends of its tunnels as they are settled, announced or not. */
  get ownTunnels(): CalicoNodeFields {
    return this.#ownTunnels;
  }

  /**
   * Brings the Node object up to date.
   *
   * @param onMachine called as soon as the machine's facts are known, and when they have changed
   * @returns false when something was in the way; the reason is in the readiness
   */
  async settle(onMachine: () => void): Promise<boolean> {
    const { options, caches, cluster, readiness, log } = this.#parts;
    const node = caches.nodes.get(options.nodeName);
    if (node === undefined) {
      readiness.set('node', `node "${options.nodeName}" does not exist in the API, kubelet or --node must name it`);
      return false;
    }
    try {
      const machine = await detectMachine(this.#parts.nl, options, node, caches.nodes.items(), this.#machine, log);
      const changed = JSON.stringify(machine) !== JSON.stringify(this.#machine);
      // Answers to an address that is gone do not come: without this it takes half a minute to notice.
      if (this.#known && hasMoved(this.#machine, machine)) cluster.reconnect();
      this.#machine = machine;
      if (changed || !this.#known) {
        this.#known = true;
        onMachine();
      }
      const addresses = { ipv4Address: machine.underlay4?.address, ipv6Address: machine.underlay6?.address };
      const tunnels = await this.#tunnelFields(node);
      const interfaces = JSON.stringify(outerInterfaces(addressCandidates(this.#parts.nl)));
      const more = { [interfacesAnnotation]: interfaces };
      const written = await writeNodeFields(cluster, node, { ...addresses, ...tunnels }, more);
      if (Object.keys(written).length > 0) log.info('node annotations written', { annotations: written });
      readiness.set('node', undefined);
      return tunnels !== undefined;
    } catch (error) {
      this.#report('node', error);
      return false;
    }
  }

  /** `undefined` when they could not be settled: what is announced then stays, and new pods can still be had. */
  async #tunnelFields(node: Node): Promise<CalicoNodeFields | undefined> {
    const { ipam, caches, readiness, tunnels } = this.#parts;
    try {
      const fields = await settleTunnelAddresses(ipam, caches.pools.items(), node, tunnels.kept());
      this.#ownTunnels = fields;
      // Who is announced is sent to: first the device, with its address, for else the kernel takes nothing there.
      const fresh = newlyAnnounced(fields, node);
      if (fresh.length > 0 && !(await tunnels.up(fresh))) return undefined;
      readiness.set('tunnel addresses', undefined);
      return fields;
    } catch (error) {
      this.#report('tunnel addresses', error);
      return undefined;
    }
  }

  /** One line per new reason, however often it is tried. */
  #report(part: string, error: unknown): void {
    const { readiness, log } = this.#parts;
    const reason = errorText(error);
    if (readiness.reasons().get(part) !== reason) log.error('cannot register node', { part, error: reason });
    readiness.set(part, reason);
  }

  /** NetworkUnavailable=False, once. */
  async announceUp(): Promise<void> {
    if (this.#announced === true) return;
    await this.#announce(true);
    this.#announced = true;
  }

  /** NetworkUnavailable=True, for an orderly shutdown. Gives up after a moment: going down must not wait for a server. */
  async announceDown(): Promise<void> {
    if (this.#announced !== true) return;
    this.#announced = false;
    const { clock, log } = this.#parts;
    const timer = new AbortController();
    const late = clock.sleep(3000, timer.signal).catch(() => {});
    const announced = this.#announce(false).catch((error) => {
      log.warn('cannot announce shutdown', { error: errorText(error) });
    });
    await Promise.race([late, announced]);
    timer.abort();
  }

  async #announce(up: boolean): Promise<void> {
    const { cluster, options, clock, log } = this.#parts;
    try {
      await writeNetworkCondition(cluster, options.nodeName, up, new Date(clock.now()).toISOString());
    } catch (error) {
      if (!hasCode(error, 'API_NOT_FOUND')) throw error;
      log.warn('node is gone', { error: errorText(error) });
    }
  }
}

/** True when an address that this machine had is another one now, or none. */
function hasMoved(before: MachineFacts, now: MachineFacts): boolean {
  return (['underlay4', 'underlay6'] as const).some((family) => {
    const address = before[family]?.address.ip;
    return address !== undefined && address !== now[family]?.address.ip;
  });
}
