import { CniError, cniErrorCode } from '../api/cni-error.ts';

/** Versions of the CNI specification this plugin speaks, oldest first. */
export const supportedVersions = ['0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'] as const;

/** One of {@link supportedVersions}. */
export type CniVersion = (typeof supportedVersions)[number];

/** The first version that has each of the commands that came later. */
const firstVersion: Readonly<Record<string, CniVersion>> = { CHECK: '0.4.0', GC: '1.1.0', STATUS: '1.1.0' };

/**
 * The version a configuration asks for.
 *
 * @throws CniError 1 when this plugin does not speak it, or when the command does not exist in it
 */
export function negotiateVersion(asked: unknown, command: string): CniVersion {
  const version = supportedVersions.find((known) => known === asked);
  if (version === undefined) {
    throw new CniError(
      cniErrorCode.incompatibleVersion,
      `Cannot serve cniVersion "${asked ?? ''}": ${supportedVersions.join(', ')} supported`,
      'Set "cniVersion" in the network configuration to one of the supported versions',
    );
  }
  const first = firstVersion[command];
  if (first !== undefined && supportedVersions.indexOf(version) < supportedVersions.indexOf(first)) {
    throw new CniError(
      cniErrorCode.incompatibleVersion,
      `Cannot run ${command} with cniVersion "${version}": the command exists since ${first}`,
    );
  }
  return version;
}
