import { readFileSync, writeFileSync } from 'node:fs';
import { errorText, WeftError } from '../base/errors.ts';
import type { Sysctl } from '../net/link.ts';

/**
 * Kernel settings below /proc/sys/net. What is found there follows the network namespace of the calling thread, so
 * `inNetns` chooses whose settings they are.
 */

/** The value without the line feed; `undefined` when this kernel (or this device) has no such setting. */
export function readSysctl(path: string): string | undefined {
  try {
    return readFileSync(fullPath(path), 'utf8').trimEnd();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new WeftError('HOST_SYSCTL', `Cannot read sysctl "${path}": ${errorText(error)}`, { cause: error });
  }
}

/** @throws WeftError HOST_SYSCTL */
export function writeSysctl(sysctl: Sysctl): void {
  try {
    writeFileSync(fullPath(sysctl.path), sysctl.value);
  } catch (cause) {
    const found = errorText(cause);
    throw new WeftError('HOST_SYSCTL', `Cannot set sysctl "${sysctl.path}" to "${sysctl.value}": ${found}`, { cause });
  }
}

/** Paths come from configuration: one that climbs out of /proc/sys/net is refused. */
function fullPath(path: string): string {
  if (path.startsWith('/') || path.split('/').includes('..')) {
    throw new WeftError('HOST_SYSCTL', `Cannot use sysctl "${path}": a path below /proc/sys/net needed`);
  }
  return `/proc/sys/net/${path}`;
}
