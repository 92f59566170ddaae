import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { errorText, hasCode, WeftError } from '../base/errors.ts';
import { type BirdFiles, birdCommand, birdFiles, writeFirstConfiguration } from './bird-daemon.ts';

/**
 * `weft bird`: what the unit of a node's BIRD runs. Makes the folders and, when there is none yet, a first
 * configuration, then becomes BIRD: the service manager looks after BIRD itself, no process of ours stays.
 *
 * @returns exit status, when it did not become BIRD: 1 no program or no files, 2 wrong usage
 */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    const files = readFiles(argv);
    const [name = '', ...args] = birdCommand(files);
    const program = findProgram(name, process.env.PATH ?? '');
    writeFirstConfiguration(files);
    become(program, [name, ...args]);
    return 1;
  } catch (error) {
    process.stderr.write(`${errorText(error)}\n`);
    return hasCode(error, 'HOST_USAGE') ? 2 : 1;
  }
}

function readFiles(argv: readonly string[]): BirdFiles {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { config: { type: 'string', short: 'c' }, socket: { type: 'string', short: 's' } },
    });
    return { configuration: values.config ?? birdFiles.configuration, socket: values.socket ?? birdFiles.socket };
  } catch (cause) {
    throw new WeftError('HOST_USAGE', `Cannot start BIRD: ${errorText(cause)}`);
  }
}

/** execve does not look into PATH; Debian has BIRD where only root looks. */
function findProgram(name: string, path: string): string {
  for (const folder of [...path.split(':'), '/usr/sbin', '/usr/local/sbin']) {
    const file = join(folder, name);
    if (folder !== '' && isProgram(file)) return file;
  }
  throw new WeftError('HOST_BIRD', 'Cannot start BIRD: no program "bird" in PATH, install BIRD 2 (Debian: bird2)');
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function become(program: string, words: readonly string[]): void {
  if (process.execve === undefined) throw new WeftError('HOST_BIRD', 'Cannot start BIRD: this platform has no execve');
  process.execve(program, words, process.env);
}
