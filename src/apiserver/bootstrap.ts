import { isDeepStrictEqual } from 'node:util';
import { builtInTiers } from '../api/built-in-tiers.ts';
import { type CustomResourceDefinition, calicoCrds } from '../api/crds.ts';
import { tiers } from '../api/kinds.ts';
import { serviceNameLabel } from '../api/service-name-label.ts';
import type { Context, WriteOptions } from './context.ts';
import { defaultDefinition } from './definitions.ts';
import { copyJson, type JsonRecord } from './json.ts';
import { builtInResource, customResourceDefinitions, type Resource, storageKey } from './resource.ts';
import { asObject, createObject, replaceObject } from './write.ts';

/** What a server makes sure of when it starts. */
export interface Bootstrap {
  /** Where pods reach this server: makes the Service `kubernetes` and its EndpointSlice. */
  readonly advertise?: { readonly address: string; readonly port: number };
}

const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const options: WriteOptions = { dryRun: false, fieldValidation: 'Strict' };

/** Makes what every cluster has, where it is missing or different: namespaces, our definitions, the built-in tiers. */
export function bootstrap(context: Context, wanted: Bootstrap): void {
  for (const name of namespaces) ensure(context, builtInResource('Namespace'), '', { metadata: { name } });
  for (const definition of calicoCrds()) ensureDefinition(context, definition);
  ensureTiers(context);
  if (wanted.advertise !== undefined) advertise(context, wanted.advertise);
}

/** Every policy has a tier, so the built-in ones are there before the first policy. */
function ensureTiers(context: Context): void {
  const resource = context.registry.find(tiers.group, tiers.version, tiers.plural);
  if (resource === undefined) return;
  for (const { metadata, spec } of builtInTiers) {
    ensure(context, resource, '', { metadata: { name: metadata.name }, spec: { ...spec } });
  }
}

function ensure(
  context: Context,
  resource: Resource,
  namespace: string,
  object: JsonRecord & { metadata: JsonRecord & { name: string } },
): void {
  const key = { resource: storageKey(resource), namespace, name: object.metadata.name };
  if (context.store.get(key) === undefined) createObject(context, resource, namespace, object, options);
}

function ensureDefinition(context: Context, definition: CustomResourceDefinition): void {
  const resource = customResourceDefinitions;
  const wanted: JsonRecord = copyJson({ ...definition });
  const trusting: WriteOptions = { ...options, trusted: true };
  const entry = context.store.get({ resource: storageKey(resource), namespace: '', name: definition.metadata.name });
  if (entry === undefined) {
    createObject(context, resource, '', wanted, trusting);
    return;
  }
  const next = asObject(resource, { ...entry.copy(), spec: wanted.spec });
  defaultDefinition(next);
  if (!isDeepStrictEqual(next.spec, entry.object.spec)) replaceObject(context, resource, entry, next, trusting);
}

function advertise(context: Context, at: { readonly address: string; readonly port: number }): void {
  const labels = { component: 'apiserver', provider: 'kubernetes' };
  ensure(context, builtInResource('Service'), 'default', {
    metadata: { name: 'kubernetes', labels },
    spec: {
      type: 'ClusterIP',
      clusterIP: context.serviceAddresses.first(),
      ports: [{ name: 'https', port: 443, targetPort: at.port }],
    },
  });
  const ports = [{ name: 'https', port: at.port, protocol: 'TCP' }];
  put(context, builtInResource('EndpointSlice'), {
    metadata: { name: 'kubernetes', labels: { [serviceNameLabel]: 'kubernetes' } },
    addressType: at.address.includes(':') ? 'IPv6' : 'IPv4',
    endpoints: [{ addresses: [at.address], conditions: { ready: true } }],
    ports,
  });
  put(context, builtInResource('Endpoints'), {
    metadata: { name: 'kubernetes' },
    subsets: [{ addresses: [{ ip: at.address }], ports }],
  });
}

/** The object of this name in namespace `default` as wanted: where the server is reached may have changed. */
function put(
  context: Context,
  resource: Resource,
  object: JsonRecord & { metadata: JsonRecord & { name: string } },
): void {
  const key = { resource: storageKey(resource), namespace: 'default', name: object.metadata.name };
  const entry = context.store.get(key);
  if (entry === undefined) createObject(context, resource, 'default', object, options);
  else replaceObject(context, resource, entry, asObject(resource, { ...entry.copy(), ...object }), options);
}
