import { Counter, Gauge, type Registry } from 'prom-client';
import { secondsSince } from '../bird/seconds-since.ts';
import { type Family, ipFamily } from '../net/ip.ts';
import type { ApplyResult } from './bgp-control.ts';
import { channelOf, type SessionRecord, sessionState } from './bgp-sessions.ts';
import type { BgpStatus } from './bgp-status.ts';

const versions: readonly (readonly [Family, string])[] = [
  [4, 'IPv4'],
  [6, 'IPv6'],
];
const perSession = ['session', 'peer', 'type'] as const;

interface Change {
  readonly sinceMs: number;
  readonly at: number;
}

/**
 * Metrics of BGP: `bgp_*` where users of Calico Enterprise know them, `weft_*` for the rest. Those of a session that is
 * gone are gone, too.
 */
export class BgpMetrics {
  readonly #birdUp: Gauge<string>;
  readonly #peers: Gauge<string>;
  readonly #imported: Gauge<string>;
  readonly #sessionUp: Gauge<string>;
  readonly #prefixes: Gauge<string>;
  readonly #flaps: Counter<string>;
  readonly #changed: Gauge<string>;
  readonly #reconfigurations: Counter<string>;
  readonly #registry: Registry;
  /** When each session changed last, seconds since the epoch; the same as long as the record's own time stays. */
  #changes: ReadonlyMap<string, Change> = new Map();

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#birdUp = this.#gauge('weft_bird_up', '1 while BIRD answers', []);
    this.#peers = this.#gauge('bgp_peers', 'BGP sessions by state', ['ip_version', 'status']);
    this.#imported = this.#gauge('bgp_routes_imported', 'Routes learned from BGP sessions', ['ip_version']);
    this.#sessionUp = this.#gauge('weft_bgp_session_up', '1 while the session is established', perSession);
    this.#prefixes = this.#gauge('weft_bgp_session_prefixes', 'Routes of a session', [
      'session',
      'ip_version',
      'direction',
    ]);
    this.#changed = this.#gauge(
      'weft_bgp_session_last_change_timestamp_seconds',
      'When the session was established or lost, or first seen',
      ['session'],
    );
    this.#flaps = this.#counter('weft_bgp_session_flaps_total', 'How often the session was lost', ['session']);
    this.#reconfigurations = this.#counter('weft_bird_reconfigurations_total', 'Configurations handed to BIRD', [
      'result',
    ]);
  }

  applied(result: ApplyResult): void {
    this.#reconfigurations.inc({ result });
  }

  /** @param nowMs wall clock */
  look({ daemon, sessions }: BgpStatus, nowMs: number): void {
    this.#birdUp.set(daemon === undefined ? 0 : 1);
    this.#byFamily(sessions);
    for (const metric of [this.#sessionUp, this.#prefixes, this.#changed, this.#flaps]) metric.reset();
    const changes = new Map<string, Change>();
    for (const record of sessions) {
      const { desired, established, sinceMs, flaps } = record;
      const session = desired.name;
      this.#sessionUp.set({ session, peer: desired.peer, type: desired.type }, established ? 1 : 0);
      this.#flaps.inc({ session }, flaps);
      const known = this.#changes.get(session);
      const seconds = secondsSince(record.bird?.since ?? '', daemon?.serverTime ?? '') ?? 0;
      const change = known?.sinceMs === sinceMs ? known : { sinceMs, at: nowMs / 1000 - seconds };
      changes.set(session, change);
      this.#changed.set({ session }, change.at);
      this.#count(record);
    }
    this.#changes = changes;
  }

  #byFamily(sessions: readonly SessionRecord[]): void {
    this.#peers.reset();
    this.#imported.reset();
    for (const [family, ip_version] of versions) {
      const own = sessions.filter(({ desired }) => ipFamily(desired.peer) === family);
      this.#peers.set({ ip_version, status: 'Established' }, 0);
      for (const record of own) this.#peers.inc({ ip_version, status: sessionState(record) });
      const imported = sessions.reduce((sum, record) => sum + (channelOf(record, family)?.imported ?? 0), 0);
      this.#imported.set({ ip_version }, imported);
    }
  }

  #count(record: SessionRecord): void {
    for (const [family, ip_version] of versions) {
      const channel = channelOf(record, family);
      if (channel === undefined) continue;
      const session = record.desired.name;
      this.#prefixes.set({ session, ip_version, direction: 'imported' }, channel.imported);
      this.#prefixes.set({ session, ip_version, direction: 'exported' }, channel.exported);
      this.#prefixes.set({ session, ip_version, direction: 'filtered' }, channel.filtered);
    }
  }

  #gauge(name: string, help: string, labelNames: readonly string[]): Gauge<string> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  #counter(name: string, help: string, labelNames: readonly string[]): Counter<string> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }
}
