import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { notePacket } from '../desired/note-packet.ts';
import type { NodePolicy } from '../desired/policy-feed.ts';
import { policyIndex } from '../desired/policy-index.ts';
import type { NetlinkSocket } from '../host/netlink-socket.ts';
import { type Nflog, openNflog } from '../host/nflog.ts';
import type { ChainCounters } from '../host/nft-counters.ts';
import { chainNames } from '../render/chain-names.ts';
import { DeviceNames } from './device-names.ts';
import { PacketLog } from './packet-log.ts';

/** NFLOG groups that the rules report to: to endpoints, and from them. */
const groups = [1, 2];
const againMs = 30_000;

/** What is reported, and with the knowledge of what. */
export interface PolicyReportsParts {
  readonly nl: NetlinkSocket;
  readonly clock: Clock;
  readonly log: Logger;
  readonly policy: () => NodePolicy | undefined;
  readonly counters: () => ReadonlyMap<string, ChainCounters>;
}

type Reported = Parameters<Parameters<typeof openNflog>[1]>[0];

/** Says which packets were denied or logged, and by which rule: as log lines, and to who asks. */
export class PolicyReports {
  readonly #parts: PolicyReportsParts;
  readonly #packets: PacketLog;
  readonly #devices: DeviceNames;
  #nflog: Nflog | undefined;

  constructor(parts: PolicyReportsParts) {
    this.#parts = parts;
    this.#packets = new PacketLog(parts);
    this.#devices = new DeviceNames(parts.nl);
  }

  /** How often packets were lost before they could be told of. */
  get losses(): number {
    return this.#nflog?.losses ?? 0;
  }

  /** Listens until the signal. Where another program listens already it waits for its turn, and says so. */
  start(signal: AbortSignal): void {
    signal.addEventListener('abort', () => this.#nflog?.close(), { once: true });
    this.#packets.start(signal);
    void this.#listen(signal).catch(() => {});
  }

  /** Devices have come, gone or changed their names. */
  devicesChanged(): void {
    this.#devices.forget();
  }

  /** The rules that are in force with their counters, whom they are for, and what was denied and logged lately. */
  describe(): unknown {
    const state = this.#parts.policy()?.state;
    const counters = this.#parts.counters();
    const none = { packets: 0, bytes: 0 };
    const rules = state === undefined ? [] : [...policyIndex(state).rules.values()];
    return {
      rules: rules.map((rule) => ({ ...rule, ...(counters.get(chainNames.rule(rule)) ?? none) })),
      workloads: state?.workloads ?? [],
      hostEndpoints: state?.hostEndpoints ?? [],
      chains: Object.fromEntries(counters),
      denied: this.#packets.recent('denied'),
      logged: this.#packets.recent('logged'),
      lost: this.losses,
    };
  }

  /** Never throws: a packet that cannot be told of must not end the agent. */
  #take({ prefix, payload, inDevice, outDevice }: Reported): void {
    const state = this.#parts.policy()?.state;
    if (state === undefined) return;
    try {
      const note = notePacket(
        {
          ...{ prefix, payload },
          ...(inDevice === undefined ? {} : { inDevice: this.#devices.nameOf(inDevice) }),
          ...(outDevice === undefined ? {} : { outDevice: this.#devices.nameOf(outDevice) }),
        },
        state,
      );
      if (note !== undefined) this.#packets.note(note);
    } catch (error) {
      this.#parts.log.debug('cannot tell of a reported packet', { prefix, error: errorText(error) });
    }
  }

  async #listen(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts;
    for (let told = false; !signal.aborted; ) {
      try {
        this.#nflog = openNflog(groups, (packet) => this.#take(packet));
        return;
      } catch (error) {
        if (!told) log.warn('cannot listen to denied packets, trying again', { groups, error: errorText(error) });
        told = true;
        await clock.sleep(againMs, signal);
      }
    }
  }
}
