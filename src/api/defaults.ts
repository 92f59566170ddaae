import type { IPPool } from './calico.ts';
import { calicoSchema } from './crds.ts';
import { defaultBlockSize } from './ip-pool.ts';
import * as kinds from './kinds.ts';
import type { Kind, KubernetesObject } from './meta.ts';
import { defaultPolicy, spelled } from './policy-defaults.ts';
import { applySchemaDefaults } from './schema-defaults.ts';

/** What a kind fills in beyond the defaults of its schema, because it depends on other fields. */
type Defaulter<T extends KubernetesObject> = (object: T) => T;

const defaulters: ReadonlyMap<string, Defaulter<KubernetesObject>> = new Map([
  defaultsOf(kinds.ipPools, defaultIpPool),
  defaultsOf(kinds.networkPolicies, defaultPolicy),
  defaultsOf(kinds.globalNetworkPolicies, defaultPolicy),
  defaultsOf(kinds.stagedNetworkPolicies, defaultPolicy),
  defaultsOf(kinds.stagedGlobalNetworkPolicies, defaultPolicy),
  defaultsOf(kinds.profiles, spelled),
  defaultsOf(kinds.hostEndpoints, spelled),
]);

/**
 * The object with every default of its kind filled in: those of the schema, which any API server knows, and those that
 * a schema cannot say. Objects of other groups, and what is no object, come back as they are. The argument is not
 * changed; it need not be valid.
 */
export function defaultObject<T extends KubernetesObject>(kind: Pick<Kind<T>, 'group' | 'kind'>, object: T): T {
  const schema = calicoSchema(kind);
  if (schema === undefined) return object;
  const filled = structuredClone(object);
  applySchemaDefaults(schema, filled);
  return (defaulters.get(kind.kind)?.(filled) ?? filled) as T;
}

/** One line of the table. */
function defaultsOf<T extends KubernetesObject>(
  kind: Kind<T>,
  fill: Defaulter<T>,
): [string, Defaulter<KubernetesObject>] {
  return [kind.kind, (object) => fill(object as T)];
}

function defaultIpPool(pool: IPPool): IPPool {
  const cidr: unknown = pool.spec?.cidr;
  if (typeof cidr !== 'string') return pool;
  const { blockSize, allowedUses, namespaceSelector = '' } = pool.spec;
  // Tunnels of nodes are in no namespace: a pool for some namespaces is for pods only.
  const uses = ['', 'all()'].includes(namespaceSelector) ? (['Workload', 'Tunnel'] as const) : (['Workload'] as const);
  return {
    ...pool,
    spec: {
      ...pool.spec,
      blockSize: blockSize || defaultBlockSize[cidr.includes(':') ? 6 : 4],
      allowedUses: allowedUses === undefined || allowedUses.length === 0 ? uses : allowedUses,
    },
  };
}
