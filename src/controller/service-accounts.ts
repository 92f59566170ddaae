import { serviceAccounts as serviceAccountKind } from '../api/kinds.ts';
import { apiVersionOf } from '../api/meta.ts';
import { hasCode } from '../base/errors.ts';
import { KeyedLoop } from './keyed-loop.ts';
import type { Controller, Surroundings, WorkloadKinds } from './shared.ts';

/** Gives every namespace its ServiceAccount `default`. */
export function startServiceAccounts(
  kinds: Pick<WorkloadKinds, 'namespaces' | 'serviceAccounts'>,
  surroundings: Surroundings,
): Controller {
  const { namespaces, serviceAccounts } = kinds;
  const loop = new KeyedLoop({ name: 'serviceaccount', logger: surroundings.logger, reconcile });
  namespaces.onChange(({ metadata }) => loop.enqueue(metadata.name));
  serviceAccounts.onChange(({ metadata }) => {
    if (metadata.name === 'default' && metadata.namespace !== undefined) loop.enqueue(metadata.namespace);
  });
  for (const { metadata } of namespaces.items()) loop.enqueue(metadata.name);
  return loop;

  async function reconcile(namespace: string): Promise<undefined> {
    const found = namespaces.get(namespace);
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) return undefined;
    if (serviceAccounts.get('default', namespace) !== undefined) return undefined;
    const { kind } = serviceAccountKind;
    try {
      const metadata = { name: 'default', namespace };
      await serviceAccounts.create({ apiVersion: apiVersionOf(serviceAccountKind), kind, metadata });
    } catch (error) {
      if (!hasCode(error, 'API_ALREADY_EXISTS')) throw error;
    }
    return undefined;
  }
}
