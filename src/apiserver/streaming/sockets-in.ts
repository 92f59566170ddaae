import { join } from 'node:path';
import { isSubdomain } from '../../api/name-syntax.ts';
import type { FindKubelet } from './node-streams.ts';

/** Kubelets that listen on `FOLDER/NODE.sock`. What is no name of a node has none: it could lead out of the folder. */
export function socketsIn(folder: string): FindKubelet {
  return (node) => (isSubdomain(node) ? { socketPath: join(folder, `${node}.sock`) } : undefined);
}
