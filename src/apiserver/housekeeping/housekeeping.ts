import { errorText } from '../../base/errors.ts';
import type { Context } from '../context.ts';
import { builtInResource, customResourceDefinitions, storageKey } from '../resource.ts';
import type { Change } from '../storage/entry.ts';
import { reconcileDefinition } from './definition-cleanup.ts';
import { expireEvents } from './expire-events.ts';
import { Garbage } from './garbage.ts';
import { reconcileNamespace } from './namespaces.ts';

const retryMs = 1000;
const regularMs = 60_000;

interface Task {
  readonly run: () => void;
  /** Puts it back into its queue. */
  readonly again: () => void;
}

/**
 * What the API server itself clears away: garbage by owner references, contents of deleted namespaces and of deleted
 * definitions, Events that are too old. It follows the committed changes and works through a queue of keys, a turn of
 * the event loop each time, so that requests come in between. What is left to do is found again after a restart from
 * the objects alone.
 */
export class Housekeeping {
  readonly #context: Context;
  readonly #garbage: Garbage;
  readonly #namespaces = new Set<string>();
  readonly #definitions = new Set<string>();
  #stopped = false;
  #unsubscribe: (() => void) | undefined;
  #scheduled: NodeJS.Immediate | undefined;
  #retry: NodeJS.Timeout | undefined;
  #regular: NodeJS.Timeout | undefined;

  constructor(context: Context) {
    this.#context = context;
    this.#garbage = new Garbage(context);
  }

  start(): void {
    const { store } = this.#context;
    for (const resource of store.resources()) {
      for (const entry of store.scan(resource)) this.#look({ type: 'ADDED', entry, previous: undefined });
    }
    this.#garbage.checkAll();
    this.#unsubscribe = store.subscribe((changes) => {
      for (const change of changes) this.#look(change);
      this.#schedule();
    });
    this.#regular = setInterval(() => {
      expireEvents(this.#context);
      store.compact();
    }, regularMs);
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#unsubscribe?.();
    clearImmediate(this.#scheduled);
    clearTimeout(this.#retry);
    clearInterval(this.#regular);
  }

  #look(change: Change): void {
    const { entry, type } = change;
    this.#garbage.look(change);
    const text = entry.text;
    if (entry.resource === namespaceKey && text.includes('"deletionTimestamp"')) this.#namespaces.add(entry.name);
    if (entry.resource === definitionKey && text.includes('"deletionTimestamp"')) this.#definitions.add(entry.name);
    if (type !== 'DELETED') return;
    if (entry.namespace !== '' && this.#isTerminating(entry.namespace)) this.#namespaces.add(entry.namespace);
    const definition = { resource: definitionKey, namespace: '', name: entry.resource };
    if (this.#context.store.get(definition)?.text.includes('"deletionTimestamp"'))
      this.#definitions.add(entry.resource);
  }

  #isTerminating(namespace: string): boolean {
    const entry = this.#context.store.get({ resource: namespaceKey, namespace: '', name: namespace });
    return entry?.text.includes('"deletionTimestamp"') === true;
  }

  #schedule(): void {
    if (this.#scheduled !== undefined) return;
    this.#scheduled = setImmediate(() => {
      this.#scheduled = undefined;
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    const context = this.#context;
    const tasks: readonly Task[] = [
      ...drain(this.#namespaces).map((name) => ({
        run: () => reconcileNamespace(context, name),
        again: () => this.#namespaces.add(name),
      })),
      ...drain(this.#definitions).map((name) => ({
        run: () => reconcileDefinition(context, name),
        again: () => this.#definitions.add(name),
      })),
      ...this.#garbage.drain().map((uid) => ({
        run: () => this.#garbage.reconcile(uid),
        again: () => this.#garbage.enqueue(uid),
      })),
    ];
    const failed = tasks.filter((task) => {
      try {
        task.run();
        return false;
      } catch (error) {
        // One that cannot be done must not hold up the others.
        context.log.warn('clean-up will be tried again', { error: errorText(error), retryMs });
        return true;
      }
    });
    try {
      await context.store.committed();
      if (failed.length > 0) this.#later(failed);
    } catch (error) {
      context.log.warn('clean-up will be tried again', { error: errorText(error), retryMs });
      this.#later(tasks);
    }
  }

  #later(tasks: readonly Task[]): void {
    for (const task of tasks) task.again();
    if (this.#stopped) return;
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.#schedule();
    }, retryMs);
  }
}

const namespaceKey = storageKey(builtInResource('Namespace'));
const definitionKey = storageKey(customResourceDefinitions);

function drain(set: Set<string>): string[] {
  const items = [...set];
  set.clear();
  return items;
}
