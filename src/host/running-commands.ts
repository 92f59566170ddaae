import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * The command lines (argv) of all processes of this network namespace, which is the node: several nodes of a lab are
 * seen in one /proc. Kernel threads have none and are left out.
 */
export function runningCommands(proc = '/proc'): readonly (readonly string[])[] {
  const here = networkOf(proc, 'self');
  return readdirSync(proc)
    .filter((name) => /^\d+$/.test(name) && [here, undefined].includes(networkOf(proc, name)))
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

function networkOf(proc: string, pid: string): string | undefined {
  try {
    return readlinkSync(`${proc}/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}
