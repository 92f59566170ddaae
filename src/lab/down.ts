import { labDirectory } from './directory.ts';
import { takeLabLock } from './lab-lock.ts';
import { listLabNames } from './lab-state.ts';
import { checkMachine } from './preflight.ts';
import { removeLab } from './remove-lab.ts';
import { computeTopology } from './topology.ts';
import { nameOption, readCommandLine, usageError } from './usage.ts';

/** `weft lab down`: idempotent. */
export async function runDown(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readCommandLine(argv, { ...nameOption, all: { type: 'boolean' } });
  if (positionals.length > 0) throw usageError(`Unexpected word "${positionals[0]}"`);
  checkMachine();
  const names = values.all === true ? listLabNames() : [values.name];
  for (const name of names) {
    // The name becomes a path: only what could have been a lab's name may.
    computeTopology({ name });
    const lock = takeLabLock(name);
    try {
      const removed = await removeLab(labDirectory(name));
      process.stderr.write(removed ? `Lab "${name}" is gone\n` : `There is no lab "${name}"\n`);
    } finally {
      lock.release();
    }
  }
  return 0;
}
