import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { type HandOverTimes, handOver, isToOtherNode } from '../desired/hand-over.ts';
import type { NodeState } from '../desired/node-state.ts';
import type { Snapshot } from '../desired/snapshot.ts';
import { announcedTunnels, usedTunnels } from '../desired/tunnel-devices.ts';
import { graceEndsInMs, keptAddresses, keptDevices, type TunnelUses, usesAfter } from '../desired/tunnel-grace.ts';
import { listLinks } from '../host/links.ts';
import type { NetlinkSocket } from '../host/netlink-socket.ts';
import { isOurTunnel } from '../host/our-devices.ts';
import { listRoutes } from '../host/routes.ts';
import type { Cidr } from '../net/cidr.ts';
import { mainTable, type Route, routeProtocol } from '../net/route.ts';

/** What the hand-over works with. */
export interface HandOverParts {
  readonly nl: NetlinkSocket;
  readonly clock: Clock;
  readonly log: Logger;
  /** Absent parts: {@link handOverTimes}. */
  readonly times?: Partial<HandOverTimes> | undefined;
  /** Time has passed: the state is to be computed again. */
  readonly again: () => void;
  /** Some of {@link HandOver.keptAddresses} are over: the node is to announce less. */
  readonly announceLess: () => void;
}

/** Usual times: minutes for nobody, and longer than a slow watch or a restart of a neighbour's agent. */
export const handOverTimes: HandOverTimes = {
  peerMs: 30_000,
  successorMs: 30_000,
  graceMs: 30_000,
  foundGraceMs: 5_000,
  withdrawMs: 3_000,
  deviceMs: 3_000,
};

/** BIRD's routes in the kernel are looked at this often while somebody waits for them; after a while more seldom. */
const lookMs = 100;
const laterLookMs = 2_000;

/**
 * Between what is wanted and what is programmed while the ways to other nodes change (a pool's encapsulation, BIRD or the
 * agent): remembers what the kernel has, and since when what waits. The decisions are desired/hand-over.ts and
 * desired/tunnel-grace.ts.
 *
 * Races it survives: killed in the middle (a start begins with what the kernel has); changed again before the end.
 */
export class HandOver {
  readonly #parts: HandOverParts;
  readonly #times: HandOverTimes;
  #programmed: readonly Route[] | undefined;
  #uses: TunnelUses = new Map();
  #birdPools: ReadonlySet<string> | undefined;
  #waiting: ReadonlyMap<string, number> = new Map();
  #confirmed: readonly Route[] | undefined;
  #timer = new AbortController();
  /** When {@link keptTunnels} was asked last: what it said then is what the state is made of. */
  #askedMs = 0;
  #announced: ReadonlySet<string> = new Set();

  constructor(parts: HandOverParts) {
    this.#parts = parts;
    this.#times = { ...handOverTimes, ...parts.times };
  }

  /** Devices of tunnels that are to stay although no pool needs them. */
  get keptTunnels(): ReadonlySet<string> {
    this.#look();
    this.#askedMs = this.#parts.clock.monotonicMs();
    return keptDevices(this.#uses, this.#askedMs, this.#times);
  }

  /** Devices of tunnels whose addresses are to stay announced although no pool needs them. */
  get keptAddresses(): ReadonlySet<string> {
    this.#look();
    return keptAddresses(this.#uses, this.#parts.clock.monotonicMs(), this.#times);
  }

  /** What to program now for what is wanted. */
  take(snapshot: Snapshot, wanted: NodeState): NodeState {
    const nowMs = this.#parts.clock.monotonicMs();
    const programmed = this.#look();
    let birdRoutes: ReadonlySet<Cidr> | undefined;
    const result = handOver(snapshot, wanted, {
      nowMs,
      times: this.#times,
      programmed,
      confirmed: () => isDeepStrictEqual(this.#confirmed, programmed),
      birdRoutes: () => {
        birdRoutes ??= this.#birdRoutes();
        return birdRoutes;
      },
      birdPools: this.#birdPools,
      waiting: this.#waiting,
    });
    this.#log(result.waiting);
    this.#waiting = result.waiting;
    this.#birdPools = result.birdPools;
    this.#programmed = result.state.routes.filter(isToOtherNode);
    const used = usedTunnels(snapshot, this.#programmed);
    const announced = announcedTunnels(snapshot, new Set([...this.#uses.keys(), ...used]));
    this.#uses = usesAfter(this.#uses, nowMs, used, announced);
    this.#comeAgain(nowMs);
    this.#noteAnnounced(nowMs);
    return result.state;
  }

  /**
   * The state has been given to the kernel: what waits for its routes goes on when they are there.
   *
   * @param programmed resolves when the kernel has the routes
   */
  follow(state: NodeState, programmed: () => Promise<void>): void {
    if (![...this.#waiting.keys()].some((key) => key.startsWith('pool '))) return;
    const routes = state.routes.filter(isToOtherNode);
    programmed().then(
      () => {
        this.#confirmed = routes;
        this.#parts.again();
      },
      // What is in the way is reported by the dataplane.
      () => {},
    );
  }

  stop(): void {
    this.#timer.abort();
  }

  /** The first look is at the kernel; later ones at what was given to it. */
  #look(): readonly Route[] {
    if (this.#programmed !== undefined) return this.#programmed;
    const { nl, clock } = this.#parts;
    const found = listRoutes(nl, { table: mainTable, protocol: routeProtocol.weft }).filter(isToOtherNode);
    const devices = listLinks(nl).filter(({ name, up }) => isOurTunnel(name) && up);
    // Nobody knows how long they have not been needed: not the full time, then.
    const { graceMs, foundGraceMs } = this.#times;
    const use = { inUse: false, announced: false, lastUsedMs: clock.monotonicMs() - graceMs + foundGraceMs };
    this.#uses = new Map(devices.map(({ name }) => [name, use]));
    this.#programmed = found;
    return found;
  }

  #birdRoutes(): ReadonlySet<Cidr> {
    const { nl, log } = this.#parts;
    try {
      const routes = listRoutes(nl, { table: mainTable, protocol: routeProtocol.bird });
      return new Set(routes.map(({ destination }) => destination));
    } catch (error) {
      // As if there were none: old routes stay.
      log.warn('cannot list the routes of BIRD', { error: errorText(error) });
      return new Set();
    }
  }

  #comeAgain(nowMs: number): void {
    this.#timer.abort();
    const timer = new AbortController();
    this.#timer = timer;
    const begins = [...this.#waiting.values()];
    const looks = begins.length === 0 ? [] : [nowMs - Math.max(...begins) < laterLookMs ? lookMs : laterLookMs];
    // By the moment that decided: an end in between must not be missed.
    const ends = graceEndsInMs(this.#uses, this.#askedMs, this.#times);
    const ms = Math.min(...looks, ...(ends === undefined ? [] : [Math.max(0, ends - (nowMs - this.#askedMs))]));
    if (!Number.isFinite(ms)) return;
    const { clock, again } = this.#parts;
    clock.sleep(ms, timer.signal).then(again, () => {});
  }

  #noteAnnounced(nowMs: number): void {
    const before = this.#announced;
    this.#announced = keptAddresses(this.#uses, nowMs, this.#times);
    if ([...before].some((device) => !this.#announced.has(device))) this.#parts.announceLess();
  }

  /** One line when a hand-over begins, one when it is over. */
  #log(waiting: ReadonlyMap<string, number>): void {
    const { log } = this.#parts;
    const [before, after] = [this.#waiting.size, waiting.size];
    if (before === 0 && after > 0)
      log.info('routes are being handed over', { waiting: [...waiting.keys()].slice(0, 10) });
    if (before > 0 && after === 0) log.info('routes handed over');
  }
}
