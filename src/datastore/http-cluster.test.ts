import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { createServer as createTcpServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { ipPools, nodes, pods } from '../api/kinds.ts';
import { createCertificateAuthority, issueCertificate } from '../apiserver/http/certificates.ts';
import { hasCode } from '../base/errors.ts';
import type { WatchEvent } from './cluster.ts';
import { fixedCredentials } from './connection.ts';
import { HttpCluster } from './http-cluster.ts';
import { connectionTo, listen, sendJson, serve } from './testing/http-server.ts';

const status = (code: number, reason: string, message = `says ${reason}`) => ({
  kind: 'Status',
  code,
  reason,
  message,
  status: 'Failure',
});

/** Runs `use` and gives the error it must throw. */
async function errorOf(use: Promise<unknown>): Promise<Error & { code: string }> {
  return use.then(
    () => assert.fail('an error was expected'),
    (error) => error,
  );
}

describe('answers of the server', () => {
  const codes: readonly [httpStatus: number, reason: string, code: string][] = [
    [404, 'NotFound', 'API_NOT_FOUND'],
    [409, 'Conflict', 'API_CONFLICT'],
    [409, 'AlreadyExists', 'API_ALREADY_EXISTS'],
    [410, 'Expired', 'API_EXPIRED'],
    [422, 'Invalid', 'API_INVALID'],
    [403, 'Forbidden', 'API_FORBIDDEN'],
    [401, 'Unauthorized', 'API_UNAUTHORIZED'],
    [500, 'InternalError', 'API_ERROR'],
  ];
  for (const [httpStatus, reason, code] of codes) {
    test(`${httpStatus} ${reason}: -> ${code} with the server's words`, async (t) => {
      const cluster = new HttpCluster(
        await serve(t, (_, response) => sendJson(response, httpStatus, status(httpStatus, reason))),
      );
      const error = await errorOf(cluster.create(nodes, { metadata: { name: 'n' } }));
      assert.equal(error.code, code);
      assert.match(error.message, new RegExp(`says ${reason}`));
    });
  }

  test('404 on get and delete: -> undefined', async (t) => {
    const cluster = new HttpCluster(await serve(t, (_, response) => sendJson(response, 404, status(404, 'NotFound'))));
    assert.equal(await cluster.get(nodes, 'n'), undefined);
    assert.equal(await cluster.delete(nodes, 'n'), undefined);
  });

  test('no JSON: -> API_ERROR naming what came', async (t) => {
    const cluster = new HttpCluster(await serve(t, (_, response) => response.end('hello')));
    assert.match((await errorOf(cluster.list(nodes))).message, /"hello" found, JSON needed/);
  });

  test('429 with Retry-After: -> asked again', async (t) => {
    let asked = 0;
    const connection = await serve(t, (_, response) => {
      if (++asked < 3) sendJson(response, 429, status(429, 'TooManyRequests'), { 'retry-after': '0' });
      else sendJson(response, 200, { metadata: { name: 'n' } });
    });
    assert.equal((await new HttpCluster(connection).get(nodes, 'n'))?.metadata.name, 'n');
    assert.equal(asked, 3);
  });

  test('401: -> credentials are renewed once', async (t) => {
    const connection = await serve(t, ({ headers }, response) => {
      if (headers.authorization === 'Bearer new') sendJson(response, 200, { metadata: { name: 'n' } });
      else sendJson(response, 401, status(401, 'Unauthorized'));
    });
    let token = 'old';
    const current = async () => ({ authorization: `Bearer ${token}` });
    const invalidate = (): void => {
      token = 'new';
    };
    const cluster = new HttpCluster({ ...connection, credentials: { current, invalidate } });
    assert.equal((await cluster.get(nodes, 'n'))?.metadata.name, 'n');
  });
});

describe('requests', () => {
  test('every verb: -> method, path, content type', async (t) => {
    const seen: string[] = [];
    const cluster = new HttpCluster(
      await serve(t, ({ method, url, headers }, response) => {
        seen.push(`${method} ${url} ${headers['content-type'] ?? ''}`.trim());
        sendJson(response, 200, { metadata: { name: 'p' } });
      }),
    );
    const pod = { metadata: { name: 'p', namespace: 'ns' }, spec: { containers: [] } };
    await cluster.get(pods, 'p', 'ns');
    await cluster.create(pods, pod);
    await cluster.update(pods, pod);
    await cluster.updateStatus(pods, pod);
    await cluster.patch(ipPools, 'p', undefined, 'merge', {});
    await cluster.patch(ipPools, 'p', undefined, 'apply', {}, { force: true, subresource: 'status' });
    await cluster.delete(pods, 'p');
    assert.deepEqual(seen, [
      'GET /api/v1/namespaces/ns/pods/p',
      'POST /api/v1/namespaces/ns/pods application/json',
      'PUT /api/v1/namespaces/ns/pods/p application/json',
      'PUT /api/v1/namespaces/ns/pods/p/status application/json',
      'PATCH /apis/projectcalico.org/v3/ippools/p application/merge-patch+json',
      'PATCH /apis/projectcalico.org/v3/ippools/p/status?fieldManager=weft&force=true application/apply-patch+yaml',
      'DELETE /api/v1/namespaces/default/pods/p application/json',
    ]);
  });

  test('empty name: -> refused before it can mean the whole collection', async () => {
    const cluster = new HttpCluster(connectionTo('http://127.0.0.1:1'));
    await assert.rejects(cluster.delete(nodes, ''), (error) => hasCode(error, 'API_INVALID'));
    await assert.rejects(cluster.get(pods, 'p', '../x'), (error) => hasCode(error, 'API_INVALID'));
  });

  test('list: several pages -> one list; token expired on the way -> listed again in one piece', async (t) => {
    const urls: string[] = [];
    const item = (name: string) => ({ metadata: { name } });
    const cluster = new HttpCluster(
      await serve(t, ({ url = '' }, response) => {
        urls.push(url);
        const expire = urls.length > 2;
        if (expire && url.includes('continue=')) return sendJson(response, 410, status(410, 'Expired'));
        const whole = !url.includes('limit=');
        if (whole) return sendJson(response, 200, { metadata: { resourceVersion: '9' }, items: [item('w')] });
        const more = url.includes('continue=') ? {} : { continue: 'a+b' };
        return sendJson(response, 200, {
          metadata: { resourceVersion: '7', ...more },
          items: [item(`${urls.length}`)],
        });
      }),
    );
    const first = await cluster.list(pods, { namespace: 'x', labelSelector: 'a=b' });
    assert.deepEqual([first.items.map(({ metadata }) => metadata.name), first.resourceVersion], [['1', '2'], '7']);
    assert.equal(urls[1], '/api/v1/namespaces/x/pods?labelSelector=a%3Db&limit=500&continue=a%2Bb');
    const second = await cluster.list(pods);
    assert.deepEqual([second.items.map(({ metadata }) => metadata.name), second.resourceVersion], [['w'], '9']);
  });
});

describe('watch', () => {
  const event = (type: string, name: string) =>
    JSON.stringify({ type, object: { metadata: { name, resourceVersion: '1' } } });

  test('events cut anywhere, multi-byte text: -> complete events, end without error', async (t) => {
    const bytes = Buffer.from(`${event('ADDED', 'ä')}\n${event('DELETED', 'ü')}\n`);
    const connection = await serve(t, async (_, response) => {
      response.writeHead(200);
      for (const byte of bytes) response.write(Buffer.from([byte]));
      response.end();
    });
    const events: WatchEvent<unknown>[] = [];
    for await (const one of new HttpCluster(connection).watch(nodes, '5')) events.push(one);
    assert.deepEqual(
      events.map(({ type }) => type),
      ['ADDED', 'DELETED'],
    );
    assert.deepEqual(events[0]?.object, { metadata: { name: 'ä', resourceVersion: '1' } });
  });

  test('ERROR event 410: -> API_EXPIRED', async (t) => {
    const body = JSON.stringify({ type: 'ERROR', object: status(410, 'Expired') });
    const cluster = new HttpCluster(await serve(t, (_, response) => response.end(`${body}\n`)));
    const error = await errorOf(cluster.watch(nodes, '5').next());
    assert.equal(error.code, 'API_EXPIRED');
  });

  test('signal: -> ends without error', async (t) => {
    const abort = new AbortController();
    const connection = await serve(t, (_, response) => response.writeHead(200).write(`${event('ADDED', 'n')}\n`));
    const names: string[] = [];
    for await (const { object } of new HttpCluster(connection).watch(nodes, '5', { signal: abort.signal })) {
      names.push(object.metadata.name);
      abort.abort();
    }
    assert.deepEqual(names, ['n']);
  });

  test('silent, server answers elsewhere: -> goes on; server hangs: -> API_UNREACHABLE', async (t) => {
    let hangs = false;
    let probes = 0;
    const connection = await serve(t, ({ url = '' }, response) => {
      if (url.includes('watch')) response.writeHead(200).flushHeaders();
      else if (++probes === 3) hangs = true;
      if (!url.includes('watch') && !hangs) sendJson(response, 200, {});
    });
    const cluster = new HttpCluster(connection, { watchIdleMs: 40, probeMs: 100 });
    const error = await errorOf(cluster.watch(nodes, '5').next());
    assert.equal(error.code, 'API_UNREACHABLE');
    assert.match(error.message, /the watch is silent and the server does not answer/);
    assert.equal(probes, 3);
  });
});

describe('reconnect', () => {
  test('request under way on a connection that is dead: -> asked again on another one', async (t) => {
    const peers = new Set<number | undefined>();
    let hangs = false;
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const connection = await serve(t, ({ socket }, response) => {
      if (hangs && peers.has(socket.remotePort)) return resolve();
      peers.add(socket.remotePort);
      return sendJson(response, 200, { metadata: { name: 'n' } });
    });
    const cluster = new HttpCluster(connection);
    await cluster.get(nodes, 'n');
    hangs = true;
    const answer = cluster.get(nodes, 'n');
    await asked;
    cluster.reconnect();
    assert.equal((await answer)?.metadata.name, 'n');
    assert.equal(peers.size, 2);
  });

  test('watch: -> API_UNREACHABLE', async (t) => {
    const connection = await serve(t, (_, response) => response.writeHead(200).flushHeaders());
    const cluster = new HttpCluster(connection);
    const event = errorOf(cluster.watch(nodes, '5').next());
    const timer = setInterval(() => cluster.reconnect(), 20);
    assert.equal((await event).code, 'API_UNREACHABLE');
    clearInterval(timer);
  });
});

describe('servers that cannot be used: one line that says which and what', () => {
  const check = async (cluster: HttpCluster, message: RegExp): Promise<void> => {
    const error = await errorOf(cluster.list(nodes));
    assert.match(error.message, message);
    assert.ok(['API_UNREACHABLE', 'API_UNAUTHORIZED'].includes(error.code), error.code);
    assert.ok(!error.message.includes('\n'));
  };

  test('refused', async (t) => {
    const port = await freePort(t);
    await check(
      new HttpCluster(connectionTo(`https://127.0.0.1:${port}`)),
      /127.0.0.1:\d+": connection refused, a running/,
    );
  });

  test('unix socket missing', () =>
    check(new HttpCluster(connectionTo('unix:///gone.sock')), /unix:\/\/\/gone.sock": no such socket/));

  test('accepts and says nothing: no TLS handshake within the limit', async (t) => {
    const port = await listen(
      t,
      createTcpServer((socket) => t.after(() => void socket.destroy())),
    );
    await check(
      new HttpCluster(connectionTo(`https://127.0.0.1:${port}`), { connectMs: 50 }),
      /no connection within 0.05 s/,
    );
  });

  test('connects and never answers', async (t) => {
    const connection = await serve(t, () => {});
    await check(new HttpCluster(connection, { answerMs: 50 }), /no answer within 0.05 s/);
  });

  test('stops in the middle of the answer', async (t) => {
    const connection = await serve(t, (_, response) => response.writeHead(200).write('{"it'));
    await check(new HttpCluster(connection, { answerMs: 50 }), /no more of the answer within 0.05 s/);
  });

  test('closes without an answer', async (t) => {
    const connection = await serve(t, ({ socket }) => void socket.destroy());
    await check(new HttpCluster(connection), /connection closed by the server/);
  });

  test('plain HTTP where TLS is expected', async (t) => {
    const { server } = await serve(t, (_, response) => void response.end());
    assert.ok(server.kind === 'tcp');
    await check(new HttpCluster(connectionTo(`https://127.0.0.1:${server.port}`)), /does not speak TLS/);
  });
});

describe('TLS', () => {
  const now = Date.now();
  const issue = async (at: number) => {
    const ca = await createCertificateAuthority('test', at);
    const server = await issueCertificate(ca, {
      commonName: 's',
      ipAddresses: ['127.0.0.1'],
      usage: 'server',
      now: at,
    });
    return { ca, server: { key: server.key, cert: server.certificate } };
  };

  test('client certificate: -> seen by the server, over one connection for many requests', async (t) => {
    const { ca, server } = await issue(now);
    const client = await issueCertificate(ca, { commonName: 'jane', usage: 'client', now });
    const sockets = new Set<unknown>();
    const connection = await serve(
      t,
      (request, response) => {
        sockets.add(request.socket);
        const { subject } = new X509Certificate(peerCertificate(request.socket));
        sendJson(response, 200, { metadata: { name: subject } });
      },
      { ...server, ca: ca.certificate, requestCert: true },
    );
    const credentials = fixedCredentials({ certificate: client.certificate, privateKey: client.key });
    const cluster = new HttpCluster({ ...connection, certificateAuthority: ca.certificate, credentials });
    for (let i = 0; i < 3; i++) assert.match((await cluster.get(nodes, 'n'))?.metadata.name ?? '', /CN=jane/);
    assert.equal(sockets.size, 1);
  });

  test('unknown authority: -> says so; insecure -> accepted', async (t) => {
    const { server } = await issue(now);
    const connection = await serve(t, (_, response) => sendJson(response, 200, { metadata: { name: 'n' } }), server);
    assert.match((await errorOf(new HttpCluster(connection).get(nodes, 'n'))).message, /certificate-authority needed/);
    const insecure = new HttpCluster({ ...connection, insecure: true });
    assert.equal((await insecure.get(nodes, 'n'))?.metadata.name, 'n');
  });

  test('server certificate expired: -> says so', async (t) => {
    const { ca, server } = await issue(now - 20 * 365 * 86_400_000);
    const connection = await serve(t, (_, response) => response.end(), server);
    const cluster = new HttpCluster({ ...connection, certificateAuthority: ca.certificate });
    assert.match((await errorOf(cluster.get(nodes, 'n'))).message, /certificate of the server has expired/);
  });

  test('client certificate expired: -> says so and when', async (t) => {
    const connection = await serve(t, (_, response) => sendJson(response, 401, status(401, 'Unauthorized')));
    const past = Date.parse('2001-02-03T04:05:06Z');
    const ca = await createCertificateAuthority('test', past);
    const { certificate, key } = await issueCertificate(ca, { commonName: 'jane', usage: 'client', now: past });
    const credentials = fixedCredentials({ certificate, privateKey: key });
    const error = await errorOf(new HttpCluster({ ...connection, credentials }).get(nodes, 'n'));
    assert.match(error.message, /client certificate has expired on 200[12]-/);
  });
});

function peerCertificate(socket: unknown): Buffer {
  return (socket as TLSSocket).getPeerCertificate().raw;
}

async function freePort(t: TestContext): Promise<number> {
  const server = createTcpServer();
  const port = await listen(t, server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
