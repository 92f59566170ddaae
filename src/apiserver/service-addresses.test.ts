import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parseCidr } from '../net/cidr.ts';
import { arrayAt, recordsAt, stringAt, valueAt } from './json.ts';
import { startTestServer, type TestServer } from './testing/test-client.ts';

let api: TestServer;
before(async () => {
  api = await startTestServer({
    serviceCidrs: [parseCidr('10.96.0.0/12'), parseCidr('fd00:96::/112')],
    advertise: { address: '192.168.122.20', port: 6443 },
  });
});
after(() => api.stop());

const services = '/api/v1/namespaces/default/services';
const service = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
});
const create = (name: string, spec: object = {}) => api.call('POST', services, service(name, spec));

test('service: created -> address of the range, unique, defaults', async () => {
  const a = (await create('a')).body;
  const b = (await create('b')).body;
  assert.match(stringAt(a, 'spec', 'clusterIP') ?? '', /^10\.96\./);
  assert.notEqual(valueAt(a, 'spec', 'clusterIP'), valueAt(b, 'spec', 'clusterIP'));
  assert.deepEqual(valueAt(a, 'spec', 'clusterIPs'), [valueAt(a, 'spec', 'clusterIP')]);
  assert.deepEqual(
    [valueAt(a, 'spec', 'type'), valueAt(a, 'spec', 'sessionAffinity'), valueAt(a, 'spec', 'ipFamilies')],
    ['ClusterIP', 'None', ['IPv4']],
  );
  assert.deepEqual(valueAt(a, 'spec', 'ports'), [{ port: 80, protocol: 'TCP', targetPort: 80 }]);
});

test('service: address freed -> not the next one given', async () => {
  const first = (await create('short')).body;
  await api.call('DELETE', `${services}/short`);
  const second = (await create('short')).body;
  assert.notEqual(valueAt(first, 'spec', 'clusterIP'), valueAt(second, 'spec', 'clusterIP'));
});

test('service: chosen address -> kept; taken or outside -> 422', async () => {
  assert.equal(valueAt((await create('dns', { clusterIP: '10.96.0.10' })).body, 'spec', 'clusterIP'), '10.96.0.10');
  const taken = await create('dns2', { clusterIP: '10.96.0.10' });
  assert.equal(taken.status, 422);
  assert.match(String(taken.body.message), /failed to allocate IP 10\.96\.0\.10: provided IP is already allocated/);
  assert.equal((await create('out', { clusterIP: '10.0.0.1' })).status, 422);
  assert.equal((await create('bad', { clusterIP: 'x' })).status, 422);
});

test('service: clusterIP None -> headless stays headless', async () => {
  const { body } = await create('headless', { clusterIP: 'None' });
  assert.deepEqual([valueAt(body, 'spec', 'clusterIP'), valueAt(body, 'spec', 'clusterIPs')], ['None', ['None']]);
});

test('service: update keeps the address; changing it -> 422', async () => {
  const { body } = await create('keep');
  const renewed = await api.call('PUT', `${services}/keep`, service('keep', { ports: [{ port: 81 }] }));
  assert.equal(valueAt(renewed.body, 'spec', 'clusterIP'), valueAt(body, 'spec', 'clusterIP'));
  const changed = await api.call('PUT', `${services}/keep`, service('keep', { clusterIP: '10.96.99.99' }));
  assert.equal(changed.status, 422);
});

test('service: NodePort -> port of 30000-32767, unique; taken -> 422; back to ClusterIP -> port gone', async () => {
  const ports = [
    { name: 'a', port: 80 },
    { name: 'b', port: 81, nodePort: 30_080 },
  ];
  const { body } = await create('np', { type: 'NodePort', ports });
  const numbers = recordsAt(body, 'spec', 'ports').map((port) => Number(port.nodePort));
  assert.equal(numbers[1], 30_080);
  assert.ok(numbers.every((number) => number >= 30_000 && number <= 32_767));
  const taken = await create('np2', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] });
  assert.equal(taken.status, 422);
  assert.match(
    String(taken.body.message),
    /spec\.ports\[0\]\.nodePort: Invalid value: 30080: provided port is already allocated/,
  );
  const udp = await create('np3', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_080, protocol: 'UDP' }] });
  assert.equal(udp.status, 201);
  const back = await api.call('PUT', `${services}/np`, service('np', { ports: [{ name: 'a', port: 80 }] }));
  assert.equal(recordsAt(back.body, 'spec', 'ports')[0]?.nodePort, undefined);
});

test('service: dual stack -> an address of each family, first as asked', async () => {
  const { body } = await create('dual', { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6', 'IPv4'] });
  const ips = arrayAt(body, 'spec', 'clusterIPs').map(String);
  assert.deepEqual([ips.length, ips[0]?.startsWith('fd00:96:'), ips[1]?.startsWith('10.')], [2, true, true]);
});

test('service: hundred at once -> hundred addresses', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => create(`many${i}`)));
  assert.equal(new Set(answers.map(({ body }) => stringAt(body, 'spec', 'clusterIP'))).size, 100);
});

const refused: readonly { name: string; spec: object; message: RegExp }[] = [
  { name: 'no ports', spec: { ports: [] }, message: /spec\.ports: Required value/ },
  {
    name: 'port 0',
    spec: { ports: [{ port: 0 }] },
    message: /spec\.ports\[0\]\.port: Invalid value: 0: must be between 1 and 65535/,
  },
  {
    name: 'two ports without names',
    spec: { ports: [{ port: 1 }, { port: 2 }] },
    message: /spec\.ports\[0\]\.name: Required/,
  },
  { name: 'unknown type', spec: { type: 'Magic' }, message: /spec\.type: Unsupported value: "Magic"/ },
  { name: 'node port outside', spec: { type: 'NodePort', ports: [{ port: 1, nodePort: 99 }] }, message: /valid range/ },
];
for (const row of refused) {
  test(`service: ${row.name} -> 422`, async () => {
    const { status, body } = await create('refused', row.spec);
    assert.equal(status, 422);
    assert.match(String(body.message), row.message);
  });
}

test('service kubernetes: advertised -> Service and EndpointSlice of the server', async () => {
  const { body } = await api.call('GET', `${services}/kubernetes`);
  // Pods and the certificate of the server know this address.
  assert.deepEqual(valueAt(body, 'spec', 'clusterIPs'), ['10.96.0.1']);
  const slice = (await api.call('GET', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes')).body;
  assert.deepEqual(recordsAt(slice, 'endpoints')[0]?.addresses, ['192.168.122.20']);
});
