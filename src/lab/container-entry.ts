import { execScript } from './container-script.ts';

/** What has to be known of a container to run something in it. All paths are those inside its node. */
export interface ContainerPlace {
  /** The pod's directory. */
  readonly directory: string;
  readonly hostname: string;
  /** Absent on the host network. */
  readonly netns: string | undefined;
  /** The container's first process, in the node's numbers; absent for a container that is none (the built-in server). */
  readonly pid: string | undefined;
}

/**
 * The command line, for the inside of the node, that runs a command in a container: in the container's own namespaces
 * when it is a process, else in the pod's network namespace with the pod's files, as the container would see them.
 *
 * @param tty makes the standard input the controlling terminal of a session of its own
 */
export function containerEntry(place: ContainerPlace, command: readonly string[], tty = false): readonly string[] {
  // Killed with its parent, so that a kubelet that dies leaves nobody behind whose streams lead nowhere.
  const words = [...bound, ...(tty ? ['setsid', '--ctty', '--wait'] : []), ...command];
  if (place.pid !== undefined) {
    return ['nsenter', '-t', place.pid, '-n', '-m', '-u', '-p', '-w', '--', ...words];
  }
  const inNetns = place.netns === undefined ? [] : ['nsenter', `--net=${place.netns}`, '--'];
  const namespaces = ['--mount', '--propagation', 'slave', '--uts', '--pid', '--fork', '--kill-child=KILL'];
  return [
    ...inNetns,
    ...['unshare', ...namespaces, 'sh', '-c', execScript, 'weft-exec', place.directory, place.hostname],
    ...words,
  ];
}

/** Ends the command behind it when the process that started it dies. */
export const bound: readonly string[] = ['setpriv', '--pdeathsig', 'KILL'];
