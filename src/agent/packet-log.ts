import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { PacketNote } from '../desired/packet-note.ts';

/** Packets that differ in nothing but their source port, together. */
export interface CountedNote extends PacketNote {
  readonly count: number;
  /** RFC 3339. */
  readonly firstSeen: string;
  readonly lastSeen: string;
}

/** The same is told again after so long at the earliest, with how many there were since. */
const againMs = 10_000;
const linesPerSecond = 10;
const keptNotes = 200;
const tickMs = 1000;

const messages = { denied: 'packet denied', logged: 'policy log' } as const;

interface Entry {
  readonly note: PacketNote;
  readonly firstSeenMs: number;
  lastSeenMs: number;
  count: number;
  /** Not told yet. */
  pending: number;
  toldAtMs: number | undefined;
}

/**
 * Tells people of denied and logged packets: one line for what is the same, not more lines than anybody can read, and
 * the latest kept for whoever asks.
 */
export class PacketLog {
  readonly #clock: Clock;
  readonly #log: Logger;
  /** Least recently seen first. */
  readonly #entries = new Map<string, Entry>();
  #secondStartMs = 0;
  #linesInSecond = 0;
  #untold = 0;

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Logger }) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Tells what is due, until stopped. */
  start(signal: AbortSignal): void {
    void this.#tick(signal).catch(() => {});
  }

  note(note: PacketNote): void {
    const now = this.#clock.now();
    const key = keyOf(note);
    const known = this.#entries.get(key);
    const entry = known ?? { note, firstSeenMs: now, lastSeenMs: now, count: 0, pending: 0, toldAtMs: undefined };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.lastSeenMs = now;
    entry.count += 1;
    entry.pending += 1;
    this.#forgetOldest();
    this.#tell(entry);
  }

  /** The latest first. */
  recent(kind: PacketNote['kind']): readonly CountedNote[] {
    return [...this.#entries.values()]
      .filter(({ note }) => note.kind === kind)
      .toReversed()
      .map(({ note, count, firstSeenMs, lastSeenMs }) => ({
        ...note,
        count,
        firstSeen: new Date(firstSeenMs).toISOString(),
        lastSeen: new Date(lastSeenMs).toISOString(),
      }));
  }

  async #tick(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#clock.sleep(tickMs, signal);
      for (const entry of this.#entries.values()) if (entry.pending > 0) this.#tell(entry);
    }
  }

  #tell(entry: Entry): void {
    const now = this.#clock.monotonicMs();
    if (entry.toldAtMs !== undefined && now - entry.toldAtMs < againMs) return;
    if (!this.#mayWrite(now)) return;
    const untold = this.#untold === 0 ? {} : { untold: this.#untold };
    this.#log.info(messages[entry.note.kind], { ...withoutKind(entry.note), count: entry.pending, ...untold });
    this.#untold = 0;
    entry.pending = 0;
    entry.toldAtMs = now;
  }

  #mayWrite(now: number): boolean {
    if (now - this.#secondStartMs >= 1000) {
      this.#secondStartMs = now;
      this.#linesInSecond = 0;
    }
    this.#linesInSecond += 1;
    return this.#linesInSecond <= linesPerSecond;
  }

  #forgetOldest(): void {
    if (this.#entries.size <= keptNotes) return;
    for (const [key, { pending }] of this.#entries) {
      this.#untold += pending;
      this.#entries.delete(key);
      return;
    }
  }
}

function keyOf(note: PacketNote): string {
  return JSON.stringify({ ...note, sourcePort: undefined });
}

function withoutKind({ kind: _, ...rest }: PacketNote): Omit<PacketNote, 'kind'> {
  return rest;
}
