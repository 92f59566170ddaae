import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
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
    const result = weft(['get', 'nodes', '--kubeconfig', kubeconfigFor(t, '/nonexistent.sock')]);
    assert.match(result.stderr, /^Cannot reach API server "unix:\/\/\/nonexistent.sock": no such socket[^\n]*\n$/);
    assert.equal(result.status, 1);
  });

  test('answer bigger than a pipe holds, read late: -> whole', async (t) => {
    const names = Array.from({ length: 20_000 }, (_, index) => `node-with-a-long-name-${index}`);
    const items = names.map((name) => ({ metadata: { name } }));
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ kind: 'NodeList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items }));
    });
    const directory = mkdtempSync(join(tmpdir(), 'weft-main-'));
    t.after(() => rmSync(directory, { recursive: true }));
    t.after(() => server.close());
    const socket = join(directory, 'api.sock');
    await once(server.listen(socket), 'listening');
    const child = spawn(process.execPath, [
      main,
      'get',
      'nodes',
      '-o',
      'json',
      '--kubeconfig',
      kubeconfigFor(t, socket),
    ]);
    await once(child.stdout, 'readable');
    const text = await textOf(child.stdout);
    assert.equal((JSON.parse(text) as { items: unknown[] }).items.length, names.length);
  });
});

/** A kubeconfig for a server on a unix socket, removed after the test. */
function kubeconfigFor(t: TestContext, socket: string): string {
  const config = {
    'current-context': 'x',
    clusters: [{ name: 'x', cluster: { server: `unix://${socket}` } }],
    contexts: [{ name: 'x', context: { cluster: 'x' } }],
  };
  const directory = mkdtempSync(join(tmpdir(), 'weft-main-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const kubeconfig = join(directory, 'kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify(config));
  return kubeconfig;
}
