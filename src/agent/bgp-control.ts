import type { Clock } from '../base/clock.ts';
import { errorText, hasCode } from '../base/errors.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { BirdRoute } from '../bird/bird-route.ts';
import type { BirdSession } from '../bird/bird-session.ts';
import { isSameSince } from '../bird/is-same-since.ts';
import type { BirdStatus } from '../bird/parse-status.ts';
import type { BgpSession, BgpState } from '../desired/node-state.ts';
import type { BirdApplied } from '../host/bird-configuration.ts';
import { BirdConfigurationError } from '../host/bird-configuration-error.ts';
import { ReconcileLoop } from '../reconcile/loop.ts';
import { nextRecords, type SessionRecord } from './bgp-sessions.ts';
import type { BgpStatus, RefusedConfiguration, RefusedRoutes } from './bgp-status.ts';

/** A whole configuration for BIRD, and which object each of its lines follows from. */
export interface BirdText {
  readonly text: string;
  /** `BGPPeer "rack1"` */
  originOf(line: number): string | undefined;
}

/** BIRD as the control sees it. */
export interface BirdDoor {
  /**
   * Checks the text, tells BIRD and puts it into the file.
   *
   * @param again also when the file has it already: BIRD was given something else since
   * @throws BirdConfigurationError when BIRD does not take it
   */
  apply(text: string, again: boolean): Promise<BirdApplied>;
  daemon(signal: AbortSignal): Promise<BirdStatus>;
  protocols(signal: AbortSignal): Promise<readonly BirdSession[]>;
  /** All routes of its tables. */
  routes(signal: AbortSignal): Promise<readonly BirdRoute[]>;
  /** The routes that the session offers and that are not taken. */
  refusedRoutes(session: BgpSession, state: BgpState, count: number, signal: AbortSignal): Promise<RefusedRoutes>;
}

/** What the control works with. */
export interface BgpControlParts {
  readonly bird: BirdDoor;
  /** The configuration for a state, with passwords. @throws WeftError */
  readonly render: (state: BgpState) => BirdText;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Called after every look at BIRD. */
  readonly onStatus: (status: BgpStatus) => void;
  /** Called when a configuration was handed over, or was not. */
  readonly onApply: (result: ApplyResult) => void;
}

/** How handing a configuration over went. */
export type ApplyResult = BirdApplied | 'refused' | 'failed';

/** A burst of changes is one configuration. */
const settleMs = 10;
const lookMs = 2000;
const backoff = { firstMs: 100, maxMs: 2000 };

/**
 * Keeps BIRD at the desired state, and knows what became of it. BIRD lives its own life: nothing here starts, stops or
 * restarts it.
 *
 * Races it survives: BIRD is away (the file is right when it comes), was started again or configured by others (seen by
 * its boot and reconfiguration times), refuses a configuration (the one before stays), the agent was killed between
 * file and command (the first look hands everything over again).
 */
export class BgpControl implements Startable {
  readonly #parts: BgpControlParts;
  readonly #loop: ReconcileLoop;
  #desired: BgpState | undefined;
  #rendered: { readonly state: BgpState; readonly text: BirdText } | undefined;
  /** What is in force: the text, and the BIRD that has it. */
  #applied: { readonly text: string; readonly by?: BirdStatus } | undefined;
  #refused: { readonly text: string; readonly refusal: RefusedConfiguration } | undefined;
  #failure: string | undefined;
  #records: ReadonlyMap<string, SessionRecord> = new Map();
  #refusedRoutes: ReadonlyMap<string, RefusedRoutes & { readonly of: string }> = new Map();
  #status: BgpStatus | undefined;

  constructor(parts: BgpControlParts) {
    this.#parts = parts;
    const { clock, random } = parts;
    this.#loop = new ReconcileLoop({
      pass: (_scope, signal) => this.#pass(signal),
      clock,
      random,
      settleMs,
      refreshMs: lookMs,
      backoff,
    });
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#loop.start(signal);
  }

  /** BIRD keeps what it has. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** `undefined`: nothing is known of BGP, BIRD is left alone. The same state again changes nothing. */
  setDesired(state: BgpState | undefined): void {
    if (JSON.stringify(state) === JSON.stringify(this.#desired)) return;
    this.#desired = state;
    this.#loop.wake('all');
  }

  /** Of the last look; `undefined` before the first. */
  get status(): BgpStatus | undefined {
    return this.#status;
  }

  /** Resolves after a look that began after this call. */
  look(): Promise<void> {
    return this.#loop.passAfterNow('all');
  }

  async #pass(signal: AbortSignal): Promise<boolean> {
    const state = this.#desired;
    if (state === undefined) return true;
    const before = await this.#ask((own) => this.#parts.bird.daemon(own), signal);
    const result = await this.#handOver(state, before.value);
    // Its times have changed when it took a configuration.
    const daemon = result === undefined ? before : await this.#ask((own) => this.#parts.bird.daemon(own), signal);
    if (result !== undefined && result !== 'refused' && result !== 'failed') {
      this.#applied = { text: this.#text(state).text, ...(daemon.value === undefined ? {} : { by: daemon.value }) };
    }
    if (signal.aborted) return false;
    await this.#observe(state, daemon, signal);
    return daemon.value !== undefined && result !== 'failed';
  }

  /** `undefined`: there was nothing to hand over. */
  async #handOver(state: BgpState, daemon: BirdStatus | undefined): Promise<ApplyResult | undefined> {
    const { bird, log, onApply } = this.#parts;
    let result: ApplyResult;
    let text: BirdText | undefined;
    try {
      text = this.#text(state);
      if (this.#refused?.text === text.text) return undefined;
      this.#refused = undefined;
      const inForce = this.#isInForce(text.text, daemon);
      // Looks at the file in any case: the next BIRD could not start with what others made of it.
      result = await bird.apply(text.text, this.#wasReplaced(daemon));
      this.#setFailure(undefined);
      if (inForce && result === 'unchanged') return undefined;
      if (result !== 'unchanged') log.info('BIRD configuration written', { result, sessions: state.sessions.length });
    } catch (error) {
      result = this.#explain(error, text);
    }
    onApply(result);
    return result;
  }

  #isInForce(text: string, daemon: BirdStatus | undefined): boolean {
    if (this.#applied?.text !== text) return false;
    return daemon === undefined || (this.#isSameBird(daemon) && !this.#wasReplaced(daemon));
  }

  /** Not started again since it was given its configuration. */
  #isSameBird(daemon: BirdStatus): boolean {
    const by = this.#applied?.by;
    return by !== undefined && isSameSince(by.bootTime, daemon.bootTime);
  }

  /** Somebody else has configured the same BIRD since. */
  #wasReplaced(daemon: BirdStatus | undefined): boolean {
    const by = this.#applied?.by;
    if (by === undefined || daemon === undefined || !this.#isSameBird(daemon)) return false;
    return !isSameSince(by.reconfigurationTime, daemon.reconfigurationTime);
  }

  #explain(error: unknown, text: BirdText | undefined): ApplyResult {
    if (text === undefined || !(error instanceof BirdConfigurationError)) {
      this.#setFailure(errorText(error));
      return 'failed';
    }
    const origin = error.line === undefined ? undefined : text.originOf(error.line);
    const refusal = { reason: error.reason, ...(origin === undefined ? {} : { origin }) };
    this.#refused = { text: text.text, refusal };
    this.#setFailure(undefined);
    this.#parts.log.error('BIRD refuses its new configuration, the one before stays in force', refusal);
    return 'refused';
  }

  /** One line per new reason, however often it is tried. */
  #setFailure(reason: string | undefined): void {
    if (reason !== undefined && reason !== this.#failure) {
      this.#parts.log.warn('cannot hand BIRD its configuration', { error: reason });
    }
    this.#failure = reason;
  }

  #text(state: BgpState): BirdText {
    if (this.#rendered?.state !== state) this.#rendered = { state, text: this.#parts.render(state) };
    return this.#rendered.text;
  }

  async #observe(state: BgpState, daemon: Asked<BirdStatus>, signal: AbortSignal): Promise<void> {
    const { bird, clock, onStatus } = this.#parts;
    const protocols = await this.#ask((own) => bird.protocols(own), signal);
    const serverTime = daemon.value?.serverTime ?? '';
    const times = { monotonicMs: clock.monotonicMs(), nowMs: clock.now(), serverTime };
    this.#records = nextRecords(this.#records, state.sessions, protocols.value ?? this.#lastWords(protocols), times);
    if (protocols.value !== undefined) await this.#lookAtRefusedRoutes(state, signal);
    if (signal.aborted) return;
    const silence = daemon.problem ?? protocols.problem;
    this.#status = {
      ...(daemon.value === undefined ? {} : { daemon: daemon.value }),
      ...(silence === undefined ? {} : { silence }),
      ...(this.#refused === undefined ? {} : { refusal: this.#refused.refusal }),
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
      sessions: [...this.#records.values()],
      refused: [...this.#refusedRoutes.values()].map(({ session, count, routes }) => ({ session, count, routes })),
    };
    onStatus(this.#status);
  }

  /** One that is busy or stopped has not lost its sessions: nothing new is known of them. */
  #lastWords({ problem }: Asked<readonly BirdSession[]>): readonly BirdSession[] {
    return problem?.isDown === true ? [] : [...this.#records.values()].flatMap(({ bird }) => bird ?? []);
  }

  /** They are read again only when their number has changed, or the session or the configuration is another. */
  async #lookAtRefusedRoutes(state: BgpState, signal: AbortSignal): Promise<void> {
    const found = new Map<string, RefusedRoutes & { readonly of: string }>();
    for (const [name, { desired, bird, sinceMs }] of this.#records) {
      const count = bird?.channels.reduce((sum, { filtered }) => sum + filtered, 0) ?? 0;
      if (count === 0) continue;
      const of = JSON.stringify([count, sinceMs, this.#applied?.by?.reconfigurationTime]);
      const known = this.#refusedRoutes.get(name);
      if (known?.of === of) found.set(name, known);
      else {
        const asked = await this.#ask((own) => this.#parts.bird.refusedRoutes(desired, state, count, own), signal);
        if (asked.value !== undefined) found.set(name, { ...asked.value, of });
      }
    }
    this.#refusedRoutes = found;
  }

  async #ask<T>(question: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<Asked<T>> {
    try {
      return { value: await question(signal) };
    } catch (error) {
      return { problem: { isDown: hasCode(error, 'HOST_BIRD_DOWN'), reason: errorText(error) } };
    }
  }
}

interface Asked<T> {
  readonly value?: T;
  readonly problem?: NonNullable<BgpStatus['silence']>;
}
