import type { Registry } from 'prom-client';
import { type DebugViews, healthPaths } from './health-paths.ts';
import { listenHttp } from './http-listener.ts';
import type { AgentOptions } from './options.ts';
import type { Readiness } from './readiness.ts';

/** Where an agent can be looked at: health with the debug views on one port, metrics on another. */
export interface HttpDoors {
  readonly ports: { readonly health: number; readonly metrics: number };
  close(): Promise<void>;
}

/** Opens both or none. @throws WeftError AGENT_LISTEN */
export async function openHttpDoors(
  options: Pick<AgentOptions, 'healthHost' | 'healthPort' | 'metricsHost' | 'metricsPort'>,
  readiness: Readiness,
  views: DebugViews,
  registry: Registry,
): Promise<HttpDoors> {
  const health = await listenHttp(options.healthHost, options.healthPort, healthPaths(readiness, views));
  try {
    const metrics = await listenHttp(options.metricsHost, options.metricsPort, {
      '/metrics': async () => ({ status: 200, type: registry.contentType, body: await registry.metrics() }),
    });
    return {
      ports: { health: health.port, metrics: metrics.port },
      close: async () => {
        await Promise.all([metrics.close(), health.close()]);
      },
    };
  } catch (error) {
    await health.close();
    throw error;
  }
}
