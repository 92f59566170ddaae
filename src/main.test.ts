import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

describe('weft by other names', () => {
  const launched: readonly [name: string, message: RegExp][] = [
    ['calicoctl', /^No kind given; usage: calicoctl get KIND/],
    ['kubectl-weft', /^No kind given; usage: kubectl weft get KIND/],
    ['kubectl_weft', /^No kind given; usage: kubectl weft get KIND/],
    ['net', /^No kind given; usage: weft get KIND/],
  ];
  for (const [name, message] of launched) {
    test(`called as ${name}: -> messages name it`, (t) => {
      const directory = mkdtempSync(join(tmpdir(), 'weft-main-'));
      t.after(() => rmSync(directory, { recursive: true }));
      symlinkSync(fileURLToPath(new URL('../weft', import.meta.url)), join(directory, name));
      const result = spawnSync(join(directory, name), ['get'], { encoding: 'utf8' });
      assert.match(result.stderr, message);
      assert.equal(result.status, 2);
    });
  }

  test('several mistakes in a file: -> a line for each', () => {
    const result = weft(['validate', '-f', '-'], {}, '- {a: 1}\n- {b: 1}\n');
    assert.match(result.stderr, /^-: document 1, line 1, [^\n]*\n-: document 1, line 2, [^\n]*\n$/);
    assert.equal(result.status, 1);
  });

  test('input that is no text: -> said, and nothing else', () => {
    const result = spawnSync(process.execPath, [main, 'validate', '-f', '-'], { input: new Uint8Array([1, 0, 255]) });
    assert.equal(String(result.stderr), 'Cannot read file "-": binary data found, YAML or JSON in UTF-8 needed\n');
  });
});

describe('weft', () => {
  const table: readonly [args: string[], status: number, out: RegExp, err: RegExp][] = [
    [[], 0, /^weft: .*\n\nResources:/, /^$/],
    [['--help'], 0, /Resources:/, /^$/],
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

  test('standard output is full: -> said, status 1', () => {
    const full = openSync('/dev/full', 'w');
    const result = spawnSync(process.execPath, [main, 'help'], { encoding: 'utf8', stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    assert.match(result.stderr, /^Cannot write output: .*no space left/);
    assert.equal(result.status, 1);
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
