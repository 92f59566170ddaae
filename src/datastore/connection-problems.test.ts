import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { nodes } from '../api/kinds.ts';
import { type CertificatePair, createCertificateAuthority, issueCertificate } from '../apiserver/http/certificates.ts';
import { errorText } from '../base/errors.ts';
import { findConnection } from './find-connection.ts';
import { HttpCluster } from './http-cluster.ts';

const directory = mkdtempSync(join(tmpdir(), 'weft-problems-'));
const now = Date.now();
const year = 365 * 86_400_000;
const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
  rmSync(directory, { recursive: true });
});

/** What servers and users are made of. */
interface Material {
  readonly ca: CertificatePair;
  readonly other: CertificatePair;
  readonly user: CertificatePair;
  readonly expiredUser: CertificatePair;
  readonly ports: Readonly<Record<'good' | 'expired' | 'otherName' | 'page' | 'plain' | 'silent' | 'denied', number>>;
}
let made: Material;

before(async () => {
  const [ca, other] = await Promise.all([
    createCertificateAuthority('ca', now),
    createCertificateAuthority('ca2', now),
  ]);
  const client = { commonName: 'jane', usage: 'client' as const };
  const server = (more: object) =>
    issueCertificate(ca, { commonName: 's', usage: 'server', ipAddresses: ['127.0.0.1'], now, ...more });
  const tls = async (pair: CertificatePair, status = 200) =>
    listen(
      createTlsServer(
        { cert: pair.certificate, key: pair.key, ca: ca.certificate, requestCert: true, rejectUnauthorized: false },
        (_request, response) => {
          const message = 'nodes "n" is forbidden: User "jane" cannot get resource "nodes"';
          response.writeHead(status, { 'content-type': 'application/json' });
          response.end(
            status === 200
              ? '{"metadata":{"name":"n"}}'
              : JSON.stringify({ kind: 'Status', status: 'Failure', message }),
          );
        },
      ),
    );
  const page = createHttpServer((_request, response) => {
    response.writeHead(404, { 'content-type': 'text/html' });
    response.end('<!DOCTYPE html><html><head><title>Dashboard</title></head></html>');
  });
  const good = await server({});
  const ports = {
    good: await tls(good),
    denied: await tls(good, 403),
    expired: await tls(await server({ now: now - 2 * year })),
    otherName: await tls(await server({ ipAddresses: ['10.9.9.9'] })),
    page: await listen(page),
    plain: await listen(createHttpServer((_request, response) => response.end('{}'))),
    silent: await listen(createTcpServer((socket) => socket.on('error', () => {}).resume())),
  };
  const user = await issueCertificate(ca, { ...client, now });
  made = { ca, other, user, ports, expiredUser: await issueCertificate(ca, { ...client, now: now - 2 * year }) };
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return (server.address() as AddressInfo).port;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
let count = 0;

function file(text: string): string {
  const path = join(directory, `file-${count++}`);
  writeFileSync(path, text);
  return path;
}

/** A kubeconfig in YAML, as tools write it. */
function kubeconfig(
  server: string,
  cluster: Readonly<Record<string, string>>,
  user: Readonly<Record<string, string>>,
): string {
  const lines = (entries: Readonly<Record<string, string>>) =>
    Object.entries(entries)
      .map(([key, value]) => `\n    ${key}: ${value}`)
      .join('');
  return `apiVersion: v1
kind: Config
current-context: dev
clusters:
- name: c
  cluster:
    server: ${server}${lines(cluster)}
users:
- name: u
  user: ${Object.keys(user).length === 0 ? '{}' : lines(user)}
contexts:
- name: dev
  context:
    cluster: c
    user: u
`;
}

const userOf = (pair: CertificatePair) => ({
  'client-certificate-data': base64(pair.certificate),
  'client-key-data': base64(pair.key),
});
const caOf = (pair: CertificatePair) => ({ 'certificate-authority-data': base64(pair.certificate) });
const at = (port: number, scheme = 'https') => `${scheme}://127.0.0.1:${port}`;

/** Tries to read a node; the error's text, or '' when it works. */
async function problemOf(text: string, context?: string): Promise<string> {
  const options = { env: {}, kubeconfig: file(text), ...(context === undefined ? {} : { context }) };
  let cluster: HttpCluster | undefined;
  try {
    cluster = new HttpCluster(await findConnection(options), { connectMs: 150, answerMs: 300 });
    await cluster.get(nodes, 'n');
    return '';
  } catch (error) {
    return errorText(error);
  } finally {
    cluster?.close();
  }
}

const whole = () => kubeconfig(at(made.ports.good), caOf(made.ca), userOf(made.user));
/** Wrong kubeconfigs and servers, and what is said. */
const table: readonly [name: string, text: () => string, message: RegExp, context?: string][] = [
  ['all right', whole, /^$/],
  ['YAML broken', () => 'a: b: c\n', /^Cannot read kubeconfig "[^"]+": .* at line 1, column 4, valid YAML needed$/],
  [
    'YAML with tabs',
    () => 'clusters:\n\t- name: c\n',
    /^Cannot read kubeconfig ".*line 2, column 1, valid YAML needed$/,
  ],
  ['binary', () => '\u0000\u0001', /^Cannot read kubeconfig "/],
  ['empty', () => '', /an empty document found, kind Config needed$/],
  [
    'no current context',
    () => whole().replace('current-context: dev\n', ''),
    /no current-context, --context needed with one of: "dev"$/,
  ],
  ['context missing', whole, /context "prod" not found, there are: "dev"$/, 'prod'],
  [
    'cluster missing',
    () => whole().replace('- name: c', '- name: d'),
    /cluster "c" of context "dev" not found, there are: "d"$/,
  ],
  [
    'user missing',
    () => whole().replace('- name: u', '- name: v'),
    /user "u" of context "dev" not found, there are: "v"$/,
  ],
  [
    'server missing',
    () => whole().replace(/ {4}server: .*\n/, ''),
    /cluster "c" has no "server", https:\/\/HOST:PORT needed$/,
  ],
  ['server broken', () => kubeconfig('ftp://x', {}, {}), /server "ftp:\/\/x" found, https:\/\/HOST:PORT or unix/],
  [
    'key file missing',
    () => kubeconfig(at(1), {}, { 'client-certificate': file('x'), 'client-key': '/gone.key' }),
    /^Cannot read client-key "\/gone.key": no such file/,
  ],
  [
    'key broken',
    () => kubeconfig(at(made.ports.good), caOf(made.ca), { ...userOf(made.user), 'client-key-data': base64('junk') }),
    /the client key cannot be read .*in PEM without passphrase needed \(kubeconfig/,
  ],
  [
    'key of another',
    () =>
      kubeconfig(at(made.ports.good), caOf(made.ca), {
        ...userOf(made.user),
        'client-key-data': base64(made.expiredUser.key),
      }),
    /client-key and client-certificate do not belong together/,
  ],
  [
    'certificate broken',
    () =>
      kubeconfig(at(made.ports.good), caOf(made.ca), {
        ...userOf(made.user),
        'client-certificate-data': base64('junk'),
      }),
    /the client certificate cannot be read, PEM needed/,
  ],
  [
    'authority broken',
    () => kubeconfig(at(made.ports.good), { 'certificate-authority-data': base64('junk') }, {}),
    /the certificate-authority cannot be read/,
  ],
  [
    'server expired',
    () => kubeconfig(at(made.ports.expired), caOf(made.ca), userOf(made.user)),
    /the certificate of the server has expired, a new one needed/,
  ],
  [
    'server for another host',
    () => kubeconfig(at(made.ports.otherName), caOf(made.ca), userOf(made.user)),
    /the certificate of the server is for another host, tls-server-name needed/,
  ],
  [
    'unknown authority',
    () => kubeconfig(at(made.ports.good), caOf(made.other), userOf(made.user)),
    /signed by an unknown authority, another certificate-authority needed/,
  ],
  ['no TLS there', () => kubeconfig(at(made.ports.plain), {}, {}), /the server does not speak TLS/],
  [
    'a web page',
    () => kubeconfig(at(made.ports.page, 'http'), {}, {}),
    /^Cannot use API server "http:\/\/127.0.0.1:\d+": it answers with a web page "Dashboard", the address of a Kubernetes API needed/,
  ],
  [
    'refused',
    () => kubeconfig('https://127.0.0.1:1', {}, {}),
    /^Cannot reach API server "https:\/\/127.0.0.1:1": connection refused, a running API server needed/,
  ],
  [
    'black hole',
    () => kubeconfig(at(made.ports.silent), {}, {}),
    /no connection within 0.15 s: something on the way drops the packets or the server hangs, an address .* needed \(/,
  ],
  [
    'name unknown',
    () => kubeconfig('https://nowhere.invalid', {}, {}),
    /the host name cannot be resolved|no connection within/,
  ],
  [
    'not allowed',
    () => kubeconfig(at(made.ports.denied), caOf(made.ca), userOf(made.user)),
    /^nodes "n" is forbidden: User "jane" cannot get/,
  ],
];

describe('a connection that does not come about: one line says which and what to do', () => {
  for (const [name, text, message, context] of table) {
    test(`${name}: -> ${message.source.slice(0, 60)}`, async () => {
      const problem = await problemOf(text(), context);
      assert.match(problem, message);
      assert.ok(!problem.includes('\n'));
    });
  }

  test('client certificate expired: -> says since when and what to do', async () => {
    const problem = await problemOf(kubeconfig(at(made.ports.denied), caOf(made.ca), userOf(made.expiredUser)));
    assert.match(problem, /forbidden|expired/);
    const silent = await problemOf(kubeconfig(at(made.ports.silent), caOf(made.ca), userOf(made.expiredUser)));
    assert.match(silent, /the client certificate has expired on \d{4}-\d\d-\d\dT[^ ]+, a new one needed \(kubeadm/);
  });
});
