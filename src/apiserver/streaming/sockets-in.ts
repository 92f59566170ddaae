import { join } from 'node:path';
import type { FindKubelet } from './node-streams.ts';

/** Kubelets that listen on `FOLDER/NODE.sock`. */
export function socketsIn(folder: string): FindKubelet {
  return (node) => ({ socketPath: join(folder, `${node}.sock`) });
}
