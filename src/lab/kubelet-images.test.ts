import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container } from '../api/core.ts';
import { type ContainerPlan, imageBaseName, planContainer } from './kubelet-images.ts';

const tcp = (...ports: number[]): ContainerPlan => ({
  kind: 'server',
  ports: ports.map((port) => ({ port, protocol: 'tcp' })),
});

const cases: readonly (readonly [string, Omit<Container, 'name'>, ContainerPlan])[] = [
  ['nginx without ports -> port 80', { image: 'nginx:1.7.9' }, tcp(80)],
  ['nginx from a registry -> port 80', { image: 'registry.local:5000/library/nginx@sha256:00' }, tcp(80)],
  [
    'nginx with ports -> those',
    { image: 'nginx', ports: [{ containerPort: 8080 }, { containerPort: 9 }] },
    tcp(8080, 9),
  ],
  [
    'nginx with a command -> the command',
    { image: 'nginx', command: ['a'], args: ['b'] },
    { kind: 'command', command: ['a', 'b'] },
  ],
  ['busybox alone -> idle', { image: 'busybox:1.36' }, { kind: 'idle' }],
  ['busybox to type into -> its shell', { image: 'busybox', stdin: true }, { kind: 'command', command: ['sh'] }],
  [
    'debian with arguments -> runs them',
    { image: 'debian:12', args: ['sleep', '9'] },
    { kind: 'command', command: ['sleep', '9'] },
  ],
  [
    'busybox with arguments -> runs them',
    { image: 'busybox', args: ['sleep', '9'] },
    { kind: 'command', command: ['sleep', '9'] },
  ],
  [
    'agnhost alone -> HTTP 8080 and UDP 8081',
    { image: 'registry.k8s.io/e2e-test-images/agnhost:2.39' },
    {
      kind: 'server',
      ports: [
        { port: 8080, protocol: 'tcp' },
        { port: 8081, protocol: 'udp' },
      ],
    },
  ],
  [
    'agnhost netexec with a port -> that port',
    { image: 'agnhost', args: ['netexec', '--http-port=80', '--udp-port', '-1'] },
    tcp(80),
  ],
  ['agnhost pause -> idle', { image: 'agnhost', args: ['pause'] }, { kind: 'idle' }],
  [
    'unknown image with UDP port -> UDP server',
    { image: 'x', ports: [{ containerPort: 53, protocol: 'UDP' }] },
    {
      kind: 'server',
      ports: [{ port: 53, protocol: 'udp' }],
    },
  ],
  ['unknown image without ports -> idle', { image: 'x' }, { kind: 'idle' }],
];
for (const [name, container, plan] of cases) {
  test(`container plan: ${name}`, () => assert.deepEqual(planContainer({ name: 'c', ...container }), plan));
}

test('image base name: tag, digest and registry are cut off', () => {
  assert.equal(imageBaseName('docker.io/library/nginx:1.7.9'), 'nginx');
  assert.equal(imageBaseName('localhost:5000/busybox'), 'busybox');
  assert.equal(imageBaseName(''), '');
});
