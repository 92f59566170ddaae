/**
 * All tests, in an order that fails early: types, lint, layers, then unit tests and kernel tests side by side, then
 * whole clusters. `scripts/node26 scripts/test.ts [PATTERN...]` runs only test files whose path holds a pattern.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const patterns = process.argv.slice(2);
process.chdir(root);

if (process.getuid?.() !== 0) {
  console.error('The tests make network namespaces and need root: run "sudo npm test"');
  process.exit(1);
}
const groups = [
  { name: 'unit and kernel tests', files: globSync(['src/**/*.test.ts', 'test/repo/*.test.ts']), concurrency: 2 },
  { name: 'whole clusters', files: globSync('test/lab/*.test.ts'), concurrency: 1 },
];

let failed = false;
if (patterns.length === 0) failed = !step('check', ['scripts/check.ts']);
for (const { name, files, concurrency } of groups) {
  const chosen = files.filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)));
  if (chosen.length === 0) continue;
  const args = ['--test', `--test-concurrency=${concurrency}`, '--test-timeout=300000', '--test-reporter=spec'];
  failed = !step(`${name} (${chosen.length} files)`, [...args, ...chosen.sort()]) || failed;
}
process.exit(failed ? 1 : 0);

function step(name: string, args: readonly string[]): boolean {
  const start = performance.now();
  console.log(`\n== ${name}`);
  const { status } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: 'inherit',
  });
  console.log(`== ${name}: ${status === 0 ? 'ok' : 'FAILED'} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return status === 0;
}
