import { readdirSync, readFileSync } from 'node:fs';

/** The command lines (argv) of all processes that can be seen. Kernel threads have none and are left out. */
export function runningCommands(proc = '/proc'): readonly (readonly string[])[] {
  return readdirSync(proc)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const words = readFileSync(`${proc}/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
        return words.length === 0 ? [] : [words];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}
