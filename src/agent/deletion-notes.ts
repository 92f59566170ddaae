import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import type { CniRequest } from '../api/cni-exchange.ts';
import { errorText } from '../base/errors.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { RecordFolder } from './record-folder.ts';

/**
 * Deletions that the plugin did while no agent answered, noted by it in RUN/deletions: each is done again properly, which
 * releases the address, and its note removed. Looked at when the agent starts, when a note appears, and when asked.
 */
export class DeletionNotes implements Startable {
  readonly #path: string;
  readonly #folder: RecordFolder<CniRequest>;
  readonly #handle: (request: CniRequest) => Promise<unknown>;
  readonly #log: Logger;
  #watcher: FSWatcher | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(runDirectory: string, handle: (request: CniRequest) => Promise<unknown>, log: Logger) {
    this.#path = join(runDirectory, 'deletions');
    this.#folder = new RecordFolder(this.#path, parseNote);
    this.#handle = handle;
    this.#log = log;
  }

  async start(): Promise<void> {
    this.#watcher = watch(this.#path, () => this.look());
    this.look();
  }

  async stop(): Promise<void> {
    this.#watcher?.close();
    await this.#running;
  }

  /** Does what is noted, one note after the other. */
  look(): void {
    this.#running = this.#running.then(() => this.#doAll());
  }

  async #doAll(): Promise<void> {
    for (const [name, note] of this.#folder.readAll().records) {
      try {
        await this.#handle(note);
        this.#folder.remove(name);
        this.#log.info('deletion made up for', { containerId: note.containerId, ifName: note.ifName });
      } catch (error) {
        this.#log.warn('cannot make up for deletion', { note: name, error: errorText(error) });
      }
    }
  }
}

function parseNote(value: unknown): CniRequest | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { containerId, config, args } = value as Partial<CniRequest>;
  if (typeof containerId !== 'string' || typeof config !== 'object' || config === null) return undefined;
  return { ...(value as CniRequest), command: 'DEL', args: args ?? {} };
}
