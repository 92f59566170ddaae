import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What `bird -p` complains of in a configuration; '' when it is content. Throws where there is no bird. */
export function checkBird(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'weft-bird-check-'));
  try {
    const file = join(folder, 'bird.conf');
    writeFileSync(file, text);
    const { error, status, stderr } = spawnSync('bird', ['-p', '-c', file], { encoding: 'utf8' });
    if (error !== undefined) throw error;
    return status === 0 ? '' : stderr || `exit status ${status}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
