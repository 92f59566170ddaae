import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { listenerPort, openListener } from '../../host/listener.ts';
import { parseIp } from '../../net/ip.ts';
import { kubeconfig } from '../kubeconfig.ts';
import { startTestServer, type TestServer } from '../testing/test-client.ts';
import { type CertificatePair, createCertificateAuthority, issueCertificate } from './certificates.ts';

const now = Date.now();
let api: TestServer;
let ca: CertificatePair;
let port: number;
before(async () => {
  ca = await createCertificateAuthority('test-ca', now);
  const server = await issueCertificate(ca, {
    commonName: 'apiserver',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1', '::1'],
    usage: 'server',
    now,
  });
  const tls = { ...server, clientCa: ca.certificate };
  api = await startTestServer({ tls, listen: [{ host: '127.0.0.1', port: 0 }] });
  port = api.server.listeners[0]?.port ?? 0;
});
after(() => api.stop());

function get(
  path: string,
  client?: CertificatePair,
  toPort = port,
  method = 'GET',
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const credentials = client === undefined ? {} : { cert: client.certificate, key: client.key };
    const outgoing = request(
      { host: '127.0.0.1', port: toPort, path, method, headers, ca: ca.certificate, agent: false, ...credentials },
      async (incoming) => {
        let text = '';
        for await (const chunk of incoming) text += chunk;
        resolve({ status: incoming.statusCode ?? 0, text });
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}

test('TLS: certificate of the authority -> served', async () => {
  const client = await issueCertificate(ca, {
    commonName: 'admin',
    organizations: ['system:masters'],
    usage: 'client',
    now,
  });
  assert.equal((await get('/api/v1/pods', client)).status, 200);
});

test('TLS: no certificate -> 401 Status everywhere but health and version', async () => {
  const { status, text } = await get('/api/v1/pods');
  assert.deepEqual([status, JSON.parse(text).reason], [401, 'Unauthorized']);
  assert.equal((await get('/no/such/path')).status, 401);
  assert.equal((await get('/api/v1/pods', undefined, port, 'DELETE')).status, 401);
  assert.equal((await get('/healthz')).status, 200);
  assert.equal((await get('/version')).status, 200);
});

test('TLS: certificate of another authority, or expired -> 401', async () => {
  const other = await createCertificateAuthority('test-ca', now);
  const foreign = await issueCertificate(other, { commonName: 'admin', usage: 'client', now });
  assert.equal((await get('/api/v1/pods', foreign)).status, 401);
  const old = await issueCertificate(ca, { commonName: 'admin', usage: 'client', now: now - 400 * 86_400_000 });
  assert.equal((await get('/api/v1/pods', old)).status, 401);
});

test('TLS: impersonation by administrators -> served, by others -> 403', async () => {
  const headers = { 'impersonate-user': 'somebody' };
  for (const [organizations, status] of [
    [['system:masters'], 200],
    [['system:nodes'], 403],
    [[], 403],
  ] as const) {
    const client = await issueCertificate(ca, { commonName: 'a', organizations, usage: 'client', now });
    assert.equal((await get('/api/v1/pods', client, port, 'GET', headers)).status, status, organizations.join());
  }
});

test('TLS: plain HTTP and garbage on the port -> connection ends, server stays up', async () => {
  for (const text of ['GET /api/v1/pods HTTP/1.1\r\nHost: x\r\n\r\n', '\0\xff'.repeat(500)]) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.end(text);
    socket.resume();
    await new Promise((resolve) => socket.on('close', resolve));
  }
  assert.equal((await get('/healthz')).status, 200);
});

test('addListener: a descriptor that listens already -> served with TLS', async () => {
  const fd = openListener({ address: parseIp('127.0.0.1'), port: 0 });
  const ownPort = listenerPort(fd);
  const listener = await api.server.addListener({ fd });
  const client = await issueCertificate(ca, { commonName: 'admin', usage: 'client', now });
  assert.equal((await get('/api/v1/nodes', client, ownPort)).status, 200);
  await listener.close();
});

test('listen: port in use -> APISERVER_LISTEN with the remedy; TCP without TLS -> APISERVER_TLS', async () => {
  await assert.rejects(api.server.addListener({ host: '127.0.0.1', port }), {
    code: 'APISERVER_LISTEN',
    message: /choose another port/,
  });
  await assert.rejects(startTestServer({ listen: [{ host: '127.0.0.1', port: 0 }] }), { code: 'APISERVER_TLS' });
});

test('certificate: subject, names, issuer as asked; wrong key of the authority -> APISERVER_CA', async () => {
  const pair = await issueCertificate(ca, {
    commonName: 'system:node:n1',
    organizations: ['system:nodes'],
    ipAddresses: ['10.0.0.1'],
    dnsNames: ['n1'],
    usage: 'server',
    now,
  });
  const certificate = new X509Certificate(pair.certificate);
  assert.equal(certificate.subject, 'O=system:nodes\nCN=system:node:n1');
  assert.equal(certificate.subjectAltName, 'DNS:n1, IP Address:10.0.0.1');
  assert.ok(certificate.checkIssued(new X509Certificate(ca.certificate)));
  await assert.rejects(issueCertificate({ ...ca, key: pair.key }, { commonName: 'x', usage: 'client', now }), {
    code: 'APISERVER_CA',
  });
});

test('kubeconfig: everything inline under one context', () => {
  const text = kubeconfig({
    name: 'lab',
    server: 'https://127.0.0.1:6443',
    ca: 'CA',
    user: 'admin',
    client: { certificate: 'C', key: 'K' },
  });
  const config = parse(text);
  assert.equal(config['current-context'], 'lab');
  assert.equal(config.clusters[0].cluster.server, 'https://127.0.0.1:6443');
  assert.equal(Buffer.from(config.users[0].user['client-key-data'], 'base64').toString(), 'K');
  assert.deepEqual(config.contexts[0].context, { cluster: 'lab', user: 'admin', namespace: 'default' });
});
