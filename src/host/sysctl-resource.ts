import { WeftError } from '../base/errors.ts';
import type { Sysctl } from '../net/link.ts';
import type { Resource } from '../reconcile/resource.ts';
import { applyEach } from './apply-each.ts';
import { readSysctl, writeSysctl } from './sysctl.ts';

/**
 * Kernel settings. Ours: exactly the paths in `wanted`; a setting that is no longer wanted stays as it is, because what it
 * was before is not known without memory. A path that does not exist (yet: its device is missing) counts as absent.
 */
export function sysctlResource(wanted: readonly Sysctl[]): Resource<Sysctl> {
  return {
    name: 'sysctl',
    key: ({ path }) => path,
    equal: (actual, desired) => actual.value.trim() === desired.value.trim(),
    list: async () =>
      wanted.flatMap(({ path }) => {
        const value = readSysctl(path);
        return value === undefined ? [] : [{ path, value }];
      }),
    apply: (changes) =>
      applyEach(changes, {
        key: ({ path }) => path,
        create: (sysctl) => {
          if (readSysctl(sysctl.path) === undefined) {
            throw new WeftError('HOST_SYSCTL', `Cannot set sysctl "${sysctl.path}": no such setting in this kernel`);
          }
          writeSysctl(sysctl);
        },
        remove: () => {},
      }),
  };
}

/** The settings that this kernel can have: without IPv6 in it there is nothing to set there. */
export function possibleSysctls(sysctls: readonly Sysctl[]): readonly Sysctl[] {
  if (readSysctl('ipv6/conf/all/forwarding') !== undefined) return sysctls;
  return sysctls.filter(({ path }) => !path.startsWith('ipv6/'));
}
