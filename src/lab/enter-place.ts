import type { LabProcess } from './lab-state.ts';

/** `nsenter` with the arguments that run a command in all namespaces of a node (or of `router`, `external`). */
export function enterPlace(init: LabProcess, command: readonly string[]): readonly [string, ...string[]] {
  return ['nsenter', '-t', String(init.pid), '-n', '-m', '-u', '-p', '--', ...command];
}
