import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { formatServerAddress, parseServerAddress } from './connection.ts';
import { findConnection } from './find-connection.ts';

const directory = mkdtempSync(join(tmpdir(), 'weft-kubeconfig-'));
after(() => rmSync(directory, { recursive: true }));

let count = 0;
function file(content: unknown, name = `file-${count++}`): string {
  const path = join(directory, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const entry = (name: string, server: string, user: object = {}, cluster: object = {}, context: object = {}) => ({
  clusters: [{ name, cluster: { server, ...cluster } }],
  users: [{ name, user }],
  contexts: [{ name, context: { cluster: name, user: name, ...context } }],
});
const config = (name: string, server: string, ...rest: object[]) => ({
  ...entry(name, server, ...rest),
  'current-context': name,
});
const nowhere = {
  labsDirectory: '/nonexistent',
  serviceAccountDirectory: '/nonexistent',
  env: { HOME: '/nonexistent' },
};

const servers: readonly [text: string, address: string][] = [
  ['https://10.0.0.1:6443', 'https://10.0.0.1:6443'],
  ['https://api.example.org', 'https://api.example.org:443'],
  ['10.0.0.1:6443', 'https://10.0.0.1:6443'],
  ['https://[fd00::1]:6443/prefix/', 'https://[fd00::1]:6443/prefix'],
  ['http://127.0.0.1:8001', 'http://127.0.0.1:8001'],
  ['unix:///run/x/api.sock', 'unix:///run/x/api.sock'],
];
for (const [text, address] of servers) {
  test(`server ${text}: -> ${address}`, () => assert.equal(formatServerAddress(parseServerAddress(text)), address));
}

describe('findConnection', () => {
  test('KUBECONFIG list: both define a name -> the first file wins, contexts of all', async () => {
    const first = file({ ...config('a', 'https://first:1') });
    const second = file({ ...config('a', 'https://second:1'), ...{} });
    const third = file(entry('c', 'https://third:1', {}, {}, { namespace: 'n' }));
    const env = { KUBECONFIG: `${first}:${second}:${join(directory, 'missing')}:${third}` };
    const connection = await findConnection({ ...nowhere, env });
    assert.equal(formatServerAddress(connection.server), 'https://first:1');
    assert.equal(connection.namespace, 'default');
    const other = await findConnection({ ...nowhere, env, context: 'c' });
    assert.equal(formatServerAddress(other.server), 'https://third:1');
    assert.equal(other.namespace, 'n');
  });

  test('--kubeconfig and KUBECONFIG: -> --kubeconfig', async () => {
    const env = { KUBECONFIG: file(config('a', 'https://env:1')) };
    const connection = await findConnection({ ...nowhere, env, kubeconfig: file(config('b', 'https://flag:1')) });
    assert.equal(formatServerAddress(connection.server), 'https://flag:1');
  });

  test('YAML with relative files: -> read beside the kubeconfig', async () => {
    file('CA', 'ca.pem');
    file('from-file\n', 'token');
    const yaml = `
apiVersion: v1
kind: Config
current-context: x
clusters: [{name: x, cluster: {server: "https://h:1", certificate-authority: ca.pem, tls-server-name: t}}]
users: [{name: x, user: {token: fixed, tokenFile: token, as: jane, as-groups: [g1, g2]}}]
contexts: [{name: x, context: {cluster: x, user: x}}]
`;
    const connection = await findConnection({ ...nowhere, kubeconfig: file(yaml) });
    assert.equal(connection.certificateAuthority, 'CA');
    assert.equal(connection.serverName, 't');
    assert.deepEqual(await connection.credentials.current(), { authorization: 'Bearer from-file' });
    assert.deepEqual(connection.headers, { 'Impersonate-User': 'jane', 'Impersonate-Group': ['g1', 'g2'] });
    file('rotated\n', 'token');
    connection.credentials.invalidate();
    assert.deepEqual(await connection.credentials.current(), { authorization: 'Bearer rotated' });
  });

  test('user name and password: -> Basic', async () => {
    const path = file(config('a', 'https://h:1', { username: 'u', password: 'p' }));
    const { credentials } = await findConnection({ ...nowhere, kubeconfig: path });
    assert.deepEqual(await credentials.current(), { authorization: 'Basic dTpw' });
  });

  test('in a pod: -> service account', async () => {
    const account = join(directory, 'account');
    mkdirSync(account);
    for (const [name, text] of Object.entries({ token: 't\n', 'ca.crt': 'CA', namespace: 'ns\n' })) {
      writeFileSync(join(account, name), text);
    }
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
    const connection = await findConnection({ ...nowhere, env, serviceAccountDirectory: account });
    assert.equal(formatServerAddress(connection.server), 'https://[fd00::1]:6443');
    assert.equal(connection.namespace, 'ns');
    assert.deepEqual(await connection.credentials.current(), { authorization: 'Bearer t' });
  });
});

describe('findConnection without kubeconfig', () => {
  test('labs: one running -> that one; two -> refused naming both; none -> what to do', async () => {
    const labsDirectory = join(directory, 'labs');
    mkdirSync(join(labsDirectory, 'one'), { recursive: true });
    writeFileSync(join(labsDirectory, 'one', 'kubeconfig'), JSON.stringify(config('one', 'https://one:1')));
    const connection = await findConnection({ ...nowhere, labsDirectory });
    assert.equal(formatServerAddress(connection.server), 'https://one:1');
    mkdirSync(join(labsDirectory, 'two'));
    writeFileSync(join(labsDirectory, 'two', 'kubeconfig'), '{}');
    await assert.rejects(findConnection({ ...nowhere, labsDirectory }), /2 labs are running.*labs\/one.*labs\/two/);
    await assert.rejects(findConnection(nowhere), /Cannot find a cluster: .*weft lab up/);
  });
});

describe('malformed kubeconfig', () => {
  const refused: readonly [name: string, content: unknown, message: RegExp][] = [
    ['not YAML', 'a: [', /Cannot read kubeconfig ".*": .*/],
    ['empty', '', /an empty document found/],
    ['a text', 'hello', /a string found, kind Config needed/],
    ['clusters no list', { clusters: {} }, /"clusters" is not a list/],
    ['no current context', entry('a', 'https://h:1'), /no current-context, --context needed with one of: "a"/],
    ['no contexts', { kind: 'Config' }, /no current-context, no contexts either, another kubeconfig needed$/],
    ['context unknown', { ...entry('a', 'https://h:1'), 'current-context': 'b' }, /context "b" not found.*"a"/],
    ['no server', { ...config('a', ''), clusters: [{ name: 'a', cluster: {} }] }, /has no "server", https/],
    ['server no URL', config('a', 'ftp://x'), /server "ftp:\/\/x" found, https:/],
    ['proxy', config('a', 'https://h:1', {}, { 'proxy-url': 'http://p' }), /proxy-url "http:\/\/p" is not supported/],
    ['auth provider', config('a', 'https://h:1', { 'auth-provider': { name: 'gcp' } }), /auth-provider "gcp"/],
    [
      'certificate missing',
      config('a', 'https://h:1', { 'client-certificate': 'gone.pem' }),
      /gone.pem": no such file/,
    ],
  ];
  for (const [name, content, message] of refused) {
    test(`kubeconfig ${name}: -> one clear line`, async () => {
      await assert.rejects(findConnection({ ...nowhere, kubeconfig: file(content) }), (error: Error) => {
        assert.match(error.message, message);
        assert.ok(!error.message.includes('\n'));
        return true;
      });
    });
  }
});

describe('exec credential plugin', () => {
  const plugin = (script: string): string => {
    const path = file(`#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const connect = async (exec: object) =>
    (await findConnection({ ...nowhere, kubeconfig: file(config('a', 'https://h:1', { exec })) })).credentials;
  const answer = (version: string, status: string): string =>
    `echo '{"apiVersion":"client.authentication.k8s.io/${version}","kind":"ExecCredential","status":${status}}'`;

  for (const version of ['v1', 'v1beta1']) {
    test(`${version}: no expiry -> run once for many calls, again when refused`, async () => {
      const log = join(directory, `runs-${version}`);
      const script = `echo "$EXTRA $1" >>${log}; ${answer(version, '{"token":"t"}')}`;
      const credentials = await connect({
        apiVersion: `client.authentication.k8s.io/${version}`,
        command: plugin(script),
        args: ['arg'],
        env: [{ name: 'EXTRA', value: 'extra' }],
      });
      const all = await Promise.all([credentials.current(), credentials.current()]);
      assert.deepEqual(all, [{ authorization: 'Bearer t' }, { authorization: 'Bearer t' }]);
      await credentials.current();
      assert.equal(readFileSync(log, 'utf8'), 'extra arg\n');
      credentials.invalidate();
      await credentials.current();
      assert.equal(readFileSync(log, 'utf8'), 'extra arg\nextra arg\n');
    });
  }

  test('expired answer: -> run again', async () => {
    const log = join(directory, 'runs-expired');
    const status = '{"token":"t","expirationTimestamp":"2001-01-01T00:00:00Z"}';
    const credentials = await connect({ command: plugin(`echo x >>${log}; ${answer('v1', status)}`) });
    await credentials.current();
    await credentials.current();
    assert.equal(readFileSync(log, 'utf8'), 'x\nx\n');
  });

  const failures: readonly [name: string, exec: () => object, message: RegExp][] = [
    ['missing', () => ({ command: '/gone', installHint: 'get it\nthere' }), /"\/gone": no such program. get it there/],
    ['fails', () => ({ command: plugin('echo first >&2; echo not logged in >&2; exit 3') }), /: not logged in$/],
    ['no JSON', () => ({ command: plugin('echo hi') }), /not an ExecCredential/],
    ['no token', () => ({ command: plugin(answer('v1', '{}')) }), /neither token nor client certificate/],
    ['other version', () => ({ command: plugin(answer('v1beta1', '{"token":"t"}')) }), /"client.*v1beta1" found/],
    ['alpha', () => ({ apiVersion: 'client.authentication.k8s.io/v1alpha1', command: 'x' }), /v1alpha1" found/],
  ];
  for (const [name, exec, message] of failures) {
    test(`program ${name}: -> one clear line`, async () => {
      await assert.rejects((await connect(exec())).current(), message);
    });
  }
});
