import { type Logger, silentLogger } from '../base/log.ts';
import type { Cidr } from '../net/cidr.ts';
import { parseCidr } from '../net/cidr.ts';
import { type Bootstrap, bootstrap } from './bootstrap.ts';
import type { Context } from './context.ts';
import { Housekeeping } from './housekeeping/housekeeping.ts';
import { type ListenAddress, type Listener, openListener, type TlsFiles } from './http/listener.ts';
import { createRouter } from './http/router.ts';
import { Registry } from './registry.ts';
import { ServiceAddresses } from './service-addresses.ts';
import type { Retention } from './storage/event-log.ts';
import { Store } from './storage/store.ts';
import type { FindKubelet } from './streaming/node-streams.ts';
import { semanticValidation } from './validation/semantic-validation.ts';

/** How to start an API server. */
export interface ApiServerOptions extends Bootstrap {
  /** Database file; made when missing. Its `-wal` file lies beside it. */
  readonly data: string;
  readonly listen: readonly ListenAddress[];
  /** Needed for everything but unix sockets. */
  readonly tls?: TlsFiles;
  readonly log?: Logger;
  /** Ranges of Service addresses, one per family. Default: 10.96.0.0/12. */
  readonly serviceCidrs?: readonly Cidr[];
  readonly retention?: Retention;
  /** Default 15,000. */
  readonly bookmarkEveryMs?: number;
  /** Default 1,000. */
  readonly maxInFlight?: number;
  /** Where exec, attach, port-forward and log of a node's pods are answered; without it they are not. */
  readonly kubelets?: FindKubelet;
  /** Upper limit of the database file in 4 KiB pages. */
  readonly maxPages?: number;
}

/** A running API server. */
export interface ApiServer {
  readonly listeners: readonly Listener[];
  /** Opens one more door, for instance a socket that listens inside a network namespace. */
  addListener(address: ListenAddress): Promise<Listener>;
  /** Ends all connections, commits and closes the database. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts an API server: opens the data, makes what every cluster has (namespaces, definitions of our kinds), starts
 * the housekeeping (garbage, namespaces, definitions) and then listens.
 *
 * Errors: `APISERVER_DATA*` (see {@link Store.open}), `APISERVER_LISTEN`, `APISERVER_TLS`.
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const log = options.log ?? silentLogger;
  const now = Date.now;
  const { data: file, maxPages, retention } = options;
  const store = Store.open({
    file,
    log,
    now,
    ...(maxPages !== undefined && { maxPages }),
    ...(retention && { retention }),
  });
  const context: Context = {
    store,
    registry: new Registry(store),
    log,
    now,
    serviceAddresses: new ServiceAddresses(store, options.serviceCidrs ?? [parseCidr('10.96.0.0/12')]),
    validate: semanticValidation(store),
    kubelets: options.kubelets,
  };
  const listeners: Listener[] = [];
  const housekeeping = new Housekeeping(context);
  const stop = async () => {
    await Promise.all(listeners.splice(0).map((listener) => listener.close()));
    housekeeping.stop();
    store.close();
  };
  try {
    bootstrap(context, options);
    await store.committed();
    housekeeping.start();
    const handle = createRouter(context, {
      maxInFlight: options.maxInFlight ?? 1000,
      bookmarkEveryMs: options.bookmarkEveryMs ?? 15_000,
    });
    const addListener = async (address: ListenAddress) => {
      const listener = await openListener(address, options.tls, handle);
      listeners.push(listener);
      return listener;
    };
    for (const address of options.listen) await addListener(address);
    return { listeners, addListener, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
