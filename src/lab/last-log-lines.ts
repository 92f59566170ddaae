import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabDirectory } from './directory.ts';

const linesPerFile = 3;

/** The last lines of every log of a lab that say that something went wrong, each with its file's name. */
export function lastLogLines(directory: LabDirectory): readonly string[] {
  return listLogs(directory.logs).flatMap((path) => {
    const lines = readText(path)
      .split('\n')
      .filter((line) => line !== '' && !/"level":"(info|debug)"/.test(line));
    return lines.slice(-linesPerFile).map((line) => `${path.slice(directory.logs.length + 1)}: ${line.slice(0, 500)}`);
  });
}

function listLogs(folder: string): readonly string[] {
  try {
    return readdirSync(folder).flatMap((name) =>
      name.endsWith('.log') ? [join(folder, name)] : name === 'pods' ? [] : listLogs(join(folder, name)),
    );
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
