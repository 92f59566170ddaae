import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { errorText, WeftError } from '../base/errors.ts';
import { type LabDirectory, labDirectory, labsDirectory } from './directory.ts';
import { isRunning, type ProcessIdentity } from './process-identity.ts';
import type { Topology } from './topology.ts';

/** One process of a lab. */
export interface LabProcess extends ProcessIdentity {
  /**
   * `init` holds a node's (or switch's, router's, external's) namespaces: ending it ends everything in them; `parent`
   * is the `unshare` that waits for it and ends after it.
   */
  readonly kind: 'init' | 'parent' | 'apiserver' | 'controllers' | 'kubelet' | 'router';
  /** The node, segment switch, router or external it belongs to; absent for the machine's own processes. */
  readonly place?: string;
}

/** What `lab.json` holds: enough to enter, show and remove the lab. */
export interface LabState {
  readonly version: 1;
  /** `starting` until every node is Ready. */
  readonly phase: 'starting' | 'running';
  readonly topology: Topology;
  /** `https://127.0.0.1:PORT`, absent until the port is chosen. */
  readonly server?: string;
  readonly createdAt: string;
  /** The `lab up` that is at work, while phase is `starting`. */
  readonly builder?: ProcessIdentity;
  readonly processes: readonly LabProcess[];
}

/**
 * The state of a lab, `undefined` when there is no such lab (or only a directory without a state).
 *
 * @throws WeftError LAB_BAD_STATE
 */
export function readLabState(directory: LabDirectory): LabState | undefined {
  if (!existsSync(directory.state)) return undefined;
  try {
    return JSON.parse(readFileSync(directory.state, 'utf8')) as LabState;
  } catch (cause) {
    throw new WeftError(
      'LAB_BAD_STATE',
      `Cannot read lab state "${directory.state}": ${errorText(cause)}, remove the lab's processes and ${directory.path} by hand`,
      { cause },
    );
  }
}

/** Replaces the state; a reader sees the old or the new one, never half. */
export function writeLabState(directory: LabDirectory, state: LabState): void {
  const draft = `${directory.state}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(draft, directory.state);
}

/** Names of all labs that have a directory, in alphabetical order. */
export function listLabNames(): readonly string[] {
  if (!existsSync(labsDirectory)) return [];
  return readdirSync(labsDirectory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
}

/**
 * The state of a lab that is up.
 *
 * @throws WeftError LAB_NOT_FOUND; LAB_NOT_RUNNING when its processes are gone
 */
export function requireLab(name: string): LabState {
  const state = readLabState(labDirectory(name));
  if (state === undefined) {
    const names = listLabNames();
    const found = names.length === 0 ? 'no lab is up' : `labs found: ${names.join(', ')}`;
    throw new WeftError('LAB_NOT_FOUND', `Cannot use lab "${name}": ${found}, run: weft lab up --name ${name}`);
  }
  if (!state.processes.some((one) => one.kind === 'init' && isRunning(one))) {
    throw new WeftError(
      'LAB_NOT_RUNNING',
      `Cannot use lab "${name}": its processes have ended, run: weft lab down --name ${name}`,
    );
  }
  return state;
}

/**
 * The process that holds the namespaces of a node (or of `router`, `external`).
 *
 * @throws WeftError LAB_NO_NODE
 */
export function requirePlace(state: LabState, place: string): LabProcess {
  const found = state.processes.find((one) => one.kind === 'init' && one.place === place);
  if (found !== undefined) return found;
  const known = state.processes.flatMap((one) => (one.kind === 'init' && one.place !== undefined ? [one.place] : []));
  throw new WeftError('LAB_NO_NODE', `Cannot enter node "${place}": one of ${known.join(', ')} needed`);
}
