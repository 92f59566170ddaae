import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

function weft(args: readonly string[], env: Readonly<Record<string, string>> = {}, input = '') {
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    encoding: 'utf8',
    input,
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
  });
}

describe('weft', () => {
  const table: readonly [args: string[], status: number, out: RegExp, err: RegExp][] = [
    [[], 0, /^weft: .*\n\nCommands:/, /^$/],
    [['--help'], 0, /Commands:/, /^$/],
    [['version', '--client'], 0, /^Client Version: +\d+\.\d+\.\d+\n$/, /^$/],
    [['gte'], 2, /^$/, /^Unknown command "gte", did you mean "get"\?\n$/],
    [['get', 'nodes', '--kubeconfig', '/gone'], 1, /^$/, /^Cannot read kubeconfig "\/gone": [^\n]*\n$/],
  ];
  for (const [args, status, out, err] of table) {
    test(`${args.join(' ') || 'no argument'}: -> status ${status}`, () => {
      const result = weft(args);
      assert.match(result.stdout, out);
      assert.match(result.stderr, err);
      assert.equal(result.status, status);
    });
  }

  test('CNI_COMMAND set: -> the plugin answers', () => {
    const result = weft([], { CNI_COMMAND: 'VERSION' }, '{"cniVersion":"1.0.0"}');
    assert.ok(JSON.parse(result.stdout).supportedVersions.includes('1.0.0'));
    assert.equal(result.status, 0);
  });

  test('server gone: -> one line naming it', (t) => {
    const server = 'unix:///nonexistent.sock';
    const config = {
      'current-context': 'x',
      clusters: [{ name: 'x', cluster: { server } }],
      contexts: [{ name: 'x', context: { cluster: 'x' } }],
    };
    const directory = mkdtempSync(join(tmpdir(), 'weft-main-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const kubeconfig = join(directory, 'kubeconfig');
    writeFileSync(kubeconfig, JSON.stringify(config));
    const result = weft(['get', 'nodes', '--kubeconfig', kubeconfig]);
    assert.match(result.stderr, /^Cannot reach API server "unix:\/\/\/nonexistent.sock": no such socket[^\n]*\n$/);
    assert.equal(result.status, 1);
  });
});
