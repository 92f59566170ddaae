import { join } from 'node:path';
import { type EndpointRecord, parseEndpointRecord, recordName } from './endpoint-record.ts';
import { RecordFolder } from './record-folder.ts';

/** The attachments of this node: in memory, and one file each below RUN/endpoints. */
export class Endpoints {
  readonly #folder: RecordFolder<EndpointRecord>;
  readonly #records: Map<string, EndpointRecord>;
  /** Files that hold no record. They are left alone. */
  readonly broken: readonly string[];

  /** Reads what an earlier run recorded. */
  constructor(runDirectory: string) {
    this.#folder = new RecordFolder(join(runDirectory, 'endpoints'), parseEndpointRecord);
    const { records, broken } = this.#folder.readAll();
    this.#records = new Map(
      [...records.values()].map((record) => [recordName(record.endpoint.containerId, record.wiring.ifName), record]),
    );
    this.broken = broken;
  }

  get(containerId: string, ifName: string): EndpointRecord | undefined {
    return this.#records.get(recordName(containerId, ifName));
  }

  all(): readonly EndpointRecord[] {
    return [...this.#records.values()];
  }

  /**
   * One attachment per device, the latest: a pod that was made again under its old name has taken its device over, and
   * what its predecessor still has of records grants nothing any more.
   */
  current(): readonly EndpointRecord[] {
    const latest = new Map<string, EndpointRecord>();
    for (const record of this.#records.values()) {
      const known = latest.get(record.endpoint.device);
      if (known === undefined || known.addedAt <= record.addedAt) latest.set(record.endpoint.device, record);
    }
    return [...latest.values()];
  }

  /** True when the device is (also) another attachment's. */
  isShared(record: EndpointRecord): boolean {
    return this.all().some((other) => other !== record && other.endpoint.device === record.endpoint.device);
  }

  /** On disk first: a record that is only in memory would be lost with the agent. */
  put(record: EndpointRecord): void {
    const name = recordName(record.endpoint.containerId, record.wiring.ifName);
    this.#folder.write(name, record);
    this.#records.set(name, record);
  }

  /** Idempotent. */
  remove(record: EndpointRecord): void {
    const name = recordName(record.endpoint.containerId, record.wiring.ifName);
    this.#records.delete(name);
    this.#folder.remove(name);
  }
}
