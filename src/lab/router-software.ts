import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WeftError } from '../base/errors.ts';
import type { RouterSoftware } from './lab-router.ts';

/** The Debian package of each software, and a program by which it is recognised. */
const packages: Readonly<Record<RouterSoftware, { readonly debian: string; readonly program: string }>> = {
  bird: { debian: 'bird2', program: 'usr/sbin/bird' },
  bird1: { debian: 'bird', program: 'usr/sbin/bird' },
  frr: { debian: 'frr', program: 'usr/lib/frr/bgpd' },
  gobgp: { debian: 'gobgpd', program: 'usr/bin/gobgpd' },
  exabgp: { debian: 'exabgp', program: 'usr/sbin/python3-exabgp' },
};

/** BIRD 1.6 has the file names of BIRD 2: it can only be beside the machine's own. */
const onlyUnpacked: readonly RouterSoftware[] = ['bird1'];

/** Where software is looked for. */
export interface SoftwarePlaces {
  /** One folder per Debian package. */
  readonly unpacked: string;
  /** The root of installed files. */
  readonly machine: string;
}

const ownPlaces: SoftwarePlaces = {
  unpacked: fileURLToPath(new URL('../../node_modules/.cache/debian', import.meta.url)),
  machine: '/',
};

/**
 * The environment in which a software's programs are found with their libraries and modules: unpacked beside (by
 * scripts/unpack-debian.mjs), or installed on the machine.
 *
 * @throws WeftError LAB_MISSING_SOFTWARE with the command that brings it
 */
export function softwareEnvironment(
  software: RouterSoftware,
  places: SoftwarePlaces = ownPlaces,
): Readonly<Record<string, string>> {
  const { debian, program } = packages[software];
  const unpacked = join(places.unpacked, debian);
  const installed = existsSync(join(places.machine, program)) && !onlyUnpacked.includes(software);
  if (!existsSync(join(unpacked, program))) {
    if (installed) return { PATH: searchPath(places.machine) };
    const install = onlyUnpacked.includes(software) ? '' : ` (or: apt-get install ${debian})`;
    throw new WeftError(
      'LAB_MISSING_SOFTWARE',
      `Cannot run a router with software "${software}": it is not on this machine, run: node scripts/unpack-debian.mjs ${debian}${install}`,
    );
  }
  const libraries = librariesOf(unpacked);
  return {
    PATH: searchPath(unpacked),
    ...(libraries.length === 0 ? {} : { LD_LIBRARY_PATH: libraries.join(':') }),
    ...(software === 'exabgp' ? { PYTHONPATH: join(unpacked, 'usr/lib/python3/dist-packages') } : {}),
  };
}

function searchPath(root: string): string {
  const own = ['usr/sbin', 'usr/bin', 'usr/lib/frr'].map((folder) => join(root, folder));
  return [...own, '/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':');
}

/** Folders for shared libraries: those of the machine's architecture, and FRR's own below them. */
function librariesOf(root: string): readonly string[] {
  return ['usr/lib', 'lib'].flatMap((folder) => {
    const path = join(root, folder);
    if (!existsSync(path)) return [];
    const architectures = readdirSync(path).filter((name) => name.endsWith('-linux-gnu'));
    return architectures.flatMap((name) => [join(path, name), join(path, name, 'frr')]).filter(existsSync);
  });
}
