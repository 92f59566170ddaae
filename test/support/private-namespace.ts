import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const marker = 'WEFT_TEST_PRIVATE_NAMESPACE';

/**
 * For tests that need a whole namespace of their own: runs the calling test file again inside a throw-away
 * network and mount namespace, which goes with the process whatever happens. `true` inside: define the tests there.
 * Outside, one test stands for the whole file and shows the inner run's output when it fails.
 *
 *     if (inPrivateNamespace(import.meta.filename)) { test(...) }
 */
export function inPrivateNamespace(file: string): boolean {
  if (process.env[marker] === file) return true;
  test(`in a throw-away namespace: ${file.slice(file.lastIndexOf('/') + 1)}`, () => {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const result = spawnSync(
      'unshare',
      ['--net', '--mount', '--propagation', 'private', process.execPath, '--test', '--test-reporter=spec', file],
      { env: { ...env, [marker]: file }, encoding: 'utf8', timeout: 60_000 },
    );
    if (result.status !== 0) throw new Error(`${result.error ?? ''}\n${result.stdout}\n${result.stderr}`);
  });
  return false;
}
