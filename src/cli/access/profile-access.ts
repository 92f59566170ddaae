import { namespaces, profiles, serviceAccounts } from '../../api/kinds.ts';
import { defaultAllowProfile, namespaceProfile, serviceAccountProfile } from '../../api/profiles.ts';
import { WeftError } from '../../base/errors.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import { readOnlyAccess } from './read-only-access.ts';
import type { ResourceAccess } from './resource-access.ts';

/** Profiles: a view of the namespaces and service accounts, and the one that allows everything. */
export function profileAccess(cluster: HttpCluster): ResourceAccess {
  return readOnlyAccess(profiles, {
    list: async () => {
      const [spaces, accounts] = await Promise.all([cluster.list(namespaces), cluster.list(serviceAccounts)]);
      const items = [
        defaultAllowProfile,
        ...spaces.items.map(namespaceProfile),
        ...accounts.items.map(serviceAccountProfile),
      ];
      return { items, resourceVersion: accounts.resourceVersion };
    },
    watch: () => {
      throw new WeftError(
        'CLI_FAILED',
        'Cannot watch profiles: they are made of two kinds, namespaces and serviceaccounts',
      );
    },
  });
}
