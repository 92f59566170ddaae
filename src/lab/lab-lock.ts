import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WeftError } from '../base/errors.ts';
import { labsDirectory } from './directory.ts';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts';

/** Held while a lab is built or removed. */
export interface LabLock {
  release(): void;
}

/**
 * Takes the lock of a lab. A lock whose owner has died is taken over.
 *
 * @throws WeftError LAB_BUSY when another command works on the lab
 */
export function takeLabLock(name: string): LabLock {
  mkdirSync(labsDirectory, { recursive: true, mode: 0o755 });
  const path = join(labsDirectory, `.${name}.lock`);
  const own = identifyProcess(process.pid);
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(path, JSON.stringify(own), { flag: 'wx' });
      return { release: () => release(path) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const owner = readOwner(path);
      if (owner !== undefined && isRunning(owner)) {
        throw new WeftError(
          'LAB_BUSY',
          `Cannot change lab "${name}": process ${owner.pid} is at work on it, wait for it to end`,
        );
      }
      rmSync(path, { force: true });
    }
  }
  throw new WeftError('LAB_BUSY', `Cannot change lab "${name}": other commands keep taking its lock, try again`);
}

/** Takes the empty folders away with the lock, so that the last `lab down` leaves nothing at all. */
function release(path: string): void {
  rmSync(path, { force: true });
  for (const folder of [labsDirectory, dirname(labsDirectory)]) {
    try {
      rmdirSync(folder);
    } catch {
      return;
    }
  }
}

function readOwner(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
