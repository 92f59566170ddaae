import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CniRequest } from '../api/cni-exchange.ts';
import { plainFileName } from '../api/names.ts';

/** Leaves a deletion that the agent has not seen: it releases the address when it starts. Whole or not at all. */
export function leaveNote(runDirectory: string, request: CniRequest): void {
  const directory = join(runDirectory, 'deletions');
  const file = join(directory, `${plainFileName(`${request.containerId}@${request.ifName}`)}.json`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${file}.tmp`, JSON.stringify(request));
  renameSync(`${file}.tmp`, file);
}

/** True when the agent's records say that the device is another container's than this one. */
export function isHeldByAnother(runDirectory: string, device: string, containerId: string | undefined): boolean {
  return readEndpoints(join(runDirectory, 'endpoints')).some(
    (endpoint) => endpoint?.device === device && endpoint.containerId !== containerId,
  );
}

function readEndpoints(directory: string): readonly ({ device?: string; containerId?: string } | undefined)[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')).endpoint);
  } catch {
    // No records, or one that is being written: the agent sorts it out by the note.
    return [];
  }
}
