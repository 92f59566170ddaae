import { accessSync, constants } from 'node:fs';
import { WeftError } from '../base/errors.ts';

/** The programs a lab needs, with the Debian package each one comes in. */
const tools: readonly (readonly [string, string])[] = [
  ['ip', 'iproute2'],
  ['nft', 'nftables'],
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['mount', 'mount'],
  ['bird', 'bird2'],
];

/**
 * Checks what a lab needs of the machine before anything is touched.
 *
 * @throws WeftError LAB_NOT_ROOT, LAB_MISSING_TOOL, LAB_MISSING_KERNEL_FEATURE: one line with the remedy
 */
export function checkMachine(environment: NodeJS.ProcessEnv = process.env): void {
  if (process.geteuid?.() !== 0) {
    throw new WeftError('LAB_NOT_ROOT', 'Cannot work with labs: not root, run it with sudo');
  }
  const missing = tools.filter(([tool]) => !onPath(tool, environment.PATH ?? ''));
  if (missing.length > 0) {
    const packages = [...new Set(missing.map(([, name]) => name))].join(' ');
    throw new WeftError(
      'LAB_MISSING_TOOL',
      `Cannot work with labs: ${missing.map(([tool]) => tool).join(', ')} not found, run: apt-get install ${packages}`,
    );
  }
  for (const kind of ['net', 'mnt', 'uts', 'pid']) {
    if (!readable(`/proc/self/ns/${kind}`)) {
      throw new WeftError(
        'LAB_MISSING_KERNEL_FEATURE',
        `Cannot work with labs: this kernel has no ${kind} namespaces, a kernel with them needed`,
      );
    }
  }
}

function onPath(tool: string, path: string): boolean {
  return path.split(':').some((folder) => {
    try {
      accessSync(`${folder}/${tool}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function readable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
