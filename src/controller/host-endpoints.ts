import { isDeepStrictEqual } from 'node:util';
import { autoHostEndpoints, isAutoHostEndpoint } from '../api/auto-host-endpoints.ts';
import type { HostEndpoint } from '../api/calico-endpoints.ts';
import type { Node } from '../api/core.ts';
import { hasCode } from '../base/errors.ts';
import { KeyedLoop } from './keyed-loop.ts';
import type { Controller, HostKinds, Surroundings } from './shared.ts';

/**
 * Gives nodes the host endpoints that the KubeControllersConfiguration asks for, keeps those it has made as they are to
 * be, and takes them away when they are asked for no more or their node is gone. Those of others stay untouched.
 */
export function startHostEndpoints(kinds: HostKinds, { logger }: Surroundings): Controller {
  const { nodes, hostEndpoints, controllersConfigurations } = kinds;
  const loop = new KeyedLoop({ name: 'hostendpoint', logger, reconcile });
  nodes.onChange((node, old) => {
    if (old === undefined || !isDeepStrictEqual(sourceOf(node), sourceOf(old))) loop.enqueue(node.metadata.name);
  });
  hostEndpoints.onChange((endpoint, old) => {
    for (const { spec } of [endpoint, ...(old === undefined ? [] : [old])]) if (spec.node) loop.enqueue(spec.node);
  });
  controllersConfigurations.onChange(enqueueAll);
  enqueueAll();
  return loop;

  function enqueueAll(): void {
    for (const { metadata } of nodes.items()) loop.enqueue(metadata.name);
    for (const endpoint of hostEndpoints.items()) {
      if (isAutoHostEndpoint(endpoint) && endpoint.spec.node) loop.enqueue(endpoint.spec.node);
    }
  }

  async function reconcile(name: string): Promise<undefined> {
    const node = nodes.get(name);
    const settings = controllersConfigurations.get('default')?.spec.controllers.node?.hostEndpoint;
    const wanted = new Map(
      (node === undefined ? [] : autoHostEndpoints(node, settings)).map((one) => [one.metadata.name, one]),
    );
    for (const endpoint of hostEndpoints.items()) {
      if (!isAutoHostEndpoint(endpoint) || endpoint.spec.node !== name || wanted.has(endpoint.metadata.name)) continue;
      // A node that a cache does not know yet must not lose what protects it.
      if (node === undefined && (await nodes.read(name)) !== undefined) return undefined;
      logger.info('Removing host endpoint', { node: name, hostEndpoint: endpoint.metadata.name });
      await hostEndpoints.delete(endpoint);
    }
    for (const endpoint of wanted.values()) await bringAbout(endpoint);
    return undefined;
  }

  async function bringAbout(wanted: HostEndpoint): Promise<void> {
    const { name } = wanted.metadata;
    const found = hostEndpoints.get(name);
    if (found === undefined) {
      try {
        await hostEndpoints.create(wanted);
      } catch (error) {
        if (!hasCode(error, 'API_ALREADY_EXISTS')) throw error;
      }
      return;
    }
    if (!isAutoHostEndpoint(found) || isAsWanted(found, wanted)) return;
    const { labels = {}, annotations } = wanted.metadata;
    const metadata = { ...found.metadata, labels, ...(annotations !== undefined && { annotations }) };
    await hostEndpoints.update({ ...found, metadata, spec: wanted.spec });
  }
}

/** What host endpoints are made of: not the heartbeats, of which there are many. */
function sourceOf({ metadata, status }: Node): readonly unknown[] {
  return [metadata.labels, metadata.annotations, status?.addresses];
}

function isAsWanted(found: HostEndpoint, wanted: HostEndpoint): boolean {
  const { labels, annotations } = wanted.metadata;
  return (
    isDeepStrictEqual(found.spec, wanted.spec) &&
    isDeepStrictEqual(found.metadata.labels, labels) &&
    (annotations === undefined || isDeepStrictEqual(found.metadata.annotations, annotations))
  );
}
