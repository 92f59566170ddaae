import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { WeftError } from '../base/errors.ts';
import { fileErrorText } from '../base/file-error-text.ts';
import { readFileIfAny, writeFileAtomically } from './atomic-file.ts';

/** Where a node's BIRD has its files. */
export interface BirdFiles {
  /** The configuration, mode 0600: it has passwords. */
  readonly configuration: string;
  /** The control socket. */
  readonly socket: string;
}

/** Where Calico's users look for them. */
export const birdFiles: BirdFiles = {
  configuration: '/etc/calico/confd/config/bird.cfg',
  socket: '/run/calico/bird.ctl',
};

/**
 * How BIRD is started: in the foreground, and as after a graceful restart (`-R`): the routes it finds in the kernel stay
 * until its sessions are back or the time for that is over.
 *
 * @see man bird(8)
 */
export function birdCommand(files: BirdFiles): readonly string[] {
  return ['bird', '-f', '-R', '-c', files.configuration, '-s', files.socket];
}

/**
 * Sees to it that BIRD can be started: the folders, and a first configuration unless there is one. The first one has no
 * session and touches no route: the agent's replaces it.
 *
 * @returns true when it wrote the configuration
 * @throws WeftError HOST_WRITE
 */
export function writeFirstConfiguration(files: BirdFiles): boolean {
  makeFolder(dirname(files.socket));
  if ((readFileIfAny(files.configuration) ?? '').trim() !== '') return false;
  writeFileAtomically(files.configuration, firstConfiguration);
  return true;
}

/**
 * The router id is of the network that means "this host on this network" (RFC 1122) and is nobody's: without sessions no
 * one sees it, and BIRD needs one on a machine without IPv4 addresses.
 */
export const firstConfiguration = `# BIRD waits for the node agent, which replaces this file.
router id 0.0.0.1;
log stderr all;
graceful restart wait 10;
protocol device { scan time 2; }
`;

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o755 });
  } catch (cause) {
    throw new WeftError('HOST_WRITE', `Cannot make folder "${path}": ${fileErrorText(cause)}`);
  }
}
