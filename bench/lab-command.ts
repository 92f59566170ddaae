import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The launcher of this checkout. */
export const weft = join(import.meta.dirname, '../weft');

/** Brings a lab up and answers the path of its kubeconfig; progress is dropped, an error is shown. */
export function labUp(name: string, ...options: string[]): string {
  const { status, stdout, stderr } = spawnSync(weft, ['lab', 'up', '--name', name, '-o', 'json', ...options], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`lab up failed: ${stderr}`);
  return (JSON.parse(stdout) as { kubeconfig: string }).kubeconfig;
}

/** Takes it down; nothing happens when there is none. */
export function labDown(name: string): void {
  execFileSync(weft, ['lab', 'down', '--name', name], { stdio: 'ignore' });
}
