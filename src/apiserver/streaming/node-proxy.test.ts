import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../testing/test-client.ts';
import { type ProcessNode, startProcessNode } from './testing/process-node.ts';

let node: ProcessNode;
let server: TestServer;
let port = 0;
const door = createServer((request, response) => {
  response.writeHead(request.url?.startsWith('/teapot') ? 418 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ asked: request.url }));
});
const silent = createServer((_request, response) => response.destroy());

before(async () => {
  node = await startProcessNode();
  server = await startTestServer({ kubelets: node.find });
  for (const name of ['node1', 'node9']) {
    const made = await server.call('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name } });
    assert.equal(made.status, 201);
  }
  for (const one of [door, silent]) await once(one.listen(0, '127.0.0.1'), 'listening');
  port = (door.address() as AddressInfo).port;
});
after(async () => {
  await server.stop();
  await node.stop();
  door.close();
  silent.close();
});

const cases: readonly [string, (port: number) => string, number, RegExp][] = [
  ['a path of the port', (p) => `node1:${p}/proxy/debug/policy`, 200, /"asked":"\/debug\/policy"/],
  ['a path with query', (p) => `node1:${p}/proxy/a%2Fb?x=1&y=2`, 200, /"asked":"\/a%2Fb\?x=1&y=2"/],
  ['no path', (p) => `node1:${p}/proxy`, 200, /"asked":"\/"/],
  ['a scheme', (p) => `http:node1:${p}/proxy/a`, 200, /"asked":"\/a"/],
  ['an answer that is no success', (p) => `node1:${p}/proxy/teapot`, 418, /teapot/],
  ['https', (p) => `https:node1:${p}/proxy/a`, 400, /http needed/],
  ['no port', () => 'node1/proxy/a', 400, /NODE:PORT/],
  ['a port that is none', () => 'node1:99999/proxy/a', 400, /NODE:PORT/],
  ['a port where nobody listens', () => 'node1:1/proxy/a', 503, /ECONNREFUSED/],
  [
    'a program that hangs up',
    () => `node1:${(silent.address() as AddressInfo).port}/proxy/a`,
    503,
    /the port of the node does not answer/,
  ],
  ['a node that does not exist', (p) => `node2:${p}/proxy/a`, 404, /nodes \\"node2\\" not found/],
  ['a node without a kubelet', (p) => `node9:${p}/proxy/a`, 503, /unable to reach the kubelet/],
];
for (const [name, path, status, body] of cases) {
  test(`node proxy: ${name} -> ${status}`, async () => {
    const answer = await server.call('GET', `/api/v1/nodes/${path(port)}`);
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    assert.match(JSON.stringify(answer.body), body);
  });
}

test('node proxy: POST -> 405', async () => {
  assert.equal((await server.call('POST', `/api/v1/nodes/node1:${port}/proxy/a`, {})).status, 405);
});
