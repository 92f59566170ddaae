import { WeftError } from '../../base/errors.ts';

/** @throws WeftError CLI_FAILED when this is not the administrator */
export function requireRoot(command: string): void {
  if (process.geteuid?.() === 0) return;
  throw new WeftError(
    'CLI_FAILED',
    `Cannot run "${command}": it looks into the node, root needed: sudo weft ${command}`,
  );
}
