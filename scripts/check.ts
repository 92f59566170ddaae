/** What can be checked without running anything of ours: types, format and lint, room imports, docs. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

process.chdir(join(import.meta.dirname, '..'));
const checks = [
  { name: 'types', command: 'node_modules/.bin/tsc', args: ['--project', '.'] },
  { name: 'format and lint', command: 'node_modules/.bin/biome', args: ['check', '--error-on-warnings', '.'] },
  { name: 'layers', command: 'scripts/check-layers', args: [] },
];
let failed = false;
for (const { name, command, args } of checks) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  const ok = status === 0;
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}`);
  if (!ok) console.error(error?.message ?? `${stdout}${stderr}`);
  failed ||= !ok;
}
process.exit(failed ? 1 : 0);
