import { WeftError } from '../base/errors.ts';
import type { Sysctl } from '../net/link.ts';
import type { Resource } from '../reconcile/resource.ts';
import { applyEach } from './apply-each.ts';
import { readSysctl, writeSysctl } from './sysctl.ts';

/**
 * Kernel settings. Ours: exactly the paths in `wanted`; a setting that is no longer wanted stays as it is, because what it
 * was before is not known without memory. A device that has gone has taken its settings along: nothing is missing then.
 */
export function sysctlResource(wanted: readonly Sysctl[]): Resource<Sysctl> {
  return {
    name: 'sysctl',
    key: ({ path }) => path,
    equal: (actual, desired) => actual.value.trim() === desired.value.trim(),
    list: async () =>
      wanted.flatMap((sysctl) => {
        const value = readSysctl(sysctl.path);
        if (value !== undefined) return [{ path: sysctl.path, value }];
        return isOfMissingDevice(sysctl) ? [sysctl] : [];
      }),
    apply: (changes) =>
      applyEach(changes, {
        key: ({ path }) => path,
        create: (sysctl) => {
          if (readSysctl(sysctl.path) === undefined) {
            if (isOfMissingDevice(sysctl)) return;
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

/** Pods end at any moment, also between the look at the devices and the look at their settings. */
function isOfMissingDevice({ path }: Sysctl): boolean {
  const device = /^ipv[46]\/(?:conf|neigh)\/([^/]+)\//.exec(path)?.[1];
  return device !== undefined && readSysctl(`ipv4/conf/${device}/forwarding`) === undefined;
}
