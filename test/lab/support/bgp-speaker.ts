import { enterPlace } from '../../../src/lab/enter-place.ts';
import { requirePlace } from '../../../src/lab/lab-state.ts';
import { updateMessage, usualAttributes, withdrawMessage } from './bgp-messages.ts';
import { type LabFixture, until } from './lab-fixture.ts';
import { LineProgram, programCommand } from './line-program.ts';

/** Who a speaker is. */
export interface SpeakerOptions {
  /** Of its place; it listens there. */
  readonly address: string;
  readonly asNumber: number;
}

/** What a speaker is told. Bytes are in hex. */
export interface SpeakerOrder {
  /** To every session that stands. */
  readonly send: string;
  /** What later sessions hear as well, and whoever asks for it again (RFC 2918). */
  readonly announce?: readonly { readonly network: string; readonly bytes: string }[];
  /** Networks that they no longer hear of. */
  readonly withdraw?: readonly string[];
}

/** What a speaker tells. */
export interface SpeakerEvent {
  readonly event: 'ready' | 'established' | 'notification' | 'closed';
  readonly peer?: string;
  readonly code?: number;
  readonly subcode?: number;
}

/** A BGP speaker in a place of a lab whose every byte a test decides. */
export class BgpSpeaker {
  readonly events: SpeakerEvent[] = [];
  readonly #options: SpeakerOptions;
  readonly #program: LineProgram;

  private constructor(lab: LabFixture, place: string, options: SpeakerOptions) {
    this.#options = options;
    const command = programCommand('bgp-speaker-program.ts', options);
    this.#program = new LineProgram(enterPlace(requirePlace(lab.state, place), command));
    this.#program.lines.on('line', (line) => {
      this.events.push(JSON.parse(line) as SpeakerEvent);
    });
  }

  /** Resolves when it listens. */
  static async start(lab: LabFixture, place: string, options: SpeakerOptions): Promise<BgpSpeaker> {
    const speaker = new BgpSpeaker(lab, place, options);
    await speaker.heard('ready');
    return speaker;
  }

  /** Sends bytes to every session that stands. */
  send(message: Buffer): void {
    this.#order({ send: message.toString('hex') });
  }

  /** Routes to networks, from now on and to whoever comes later. */
  announce(...networks: readonly string[]): void {
    const { address, asNumber } = this.#options;
    const announce = networks.map((network) => {
      const bytes = updateMessage(usualAttributes([asNumber], address), [network]).toString('hex');
      return { network, bytes };
    });
    this.#order({ send: announce.map(({ bytes }) => bytes).join(''), announce });
  }

  withdraw(...networks: readonly string[]): void {
    // One by one: a message has 4096 bytes at most.
    const messages = networks.map((network) => withdrawMessage([network]));
    this.#order({ send: Buffer.concat(messages).toString('hex'), withdraw: networks });
  }

  #order(order: SpeakerOrder): void {
    this.#program.order(JSON.stringify(order));
  }

  /** How often this has happened. */
  count(event: SpeakerEvent['event']): number {
    return this.events.filter((one) => one.event === event).length;
  }

  /** Resolves with the event when it has happened more than `before` times. */
  heard(event: SpeakerEvent['event'], before = 0, limitMs = 20_000): Promise<SpeakerEvent> {
    return until(
      `speaker: ${event} ${this.#program.errors}`,
      async () => this.events.filter((one) => one.event === event)[before],
      limitMs,
    );
  }

  stop(): Promise<void> {
    return this.#program.end();
  }
}
