import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../base/errors.ts';
import { readOptions } from './options.ts';

test('options: nothing given -> defaults, node name from the host name in lower case', () => {
  const options = readOptions([], {}, 'Node-A');
  assert.equal(options.nodeName, 'node-a');
  assert.equal(options.backend, 'none');
  assert.equal(options.runDirectory, '/run/weft');
  assert.equal(options.healthPort, 9099);
  assert.equal(options.metricsPort, 9091);
  assert.deepEqual(options.address, { 4: { kind: 'default' } });
  assert.equal(options.checkDuplicates, true);
});

test("options: Calico's environment -> taken", () => {
  const env = {
    NODENAME: 'worker1',
    CALICO_NETWORKING_BACKEND: 'vxlan',
    FELIX_HEALTHPORT: '9199',
    FELIX_HEALTHHOST: 'localhost',
    FELIX_LOGSEVERITYSCREEN: 'Warning',
    IP_AUTODETECTION_METHOD: 'interface=eth1',
    IP6: 'autodetect',
    DISABLE_NODE_IP_CHECK: 'true',
  };
  const options = readOptions([], env, 'host');
  assert.equal(options.nodeName, 'worker1');
  assert.equal(options.backend, 'vxlan');
  assert.equal(options.healthPort, 9199);
  assert.equal(options.healthHost, 'localhost');
  assert.equal(options.logLevel, 'warn');
  assert.equal(options.address[4]?.kind, 'interface');
  assert.equal(options.address[6]?.kind, 'default');
  assert.equal(options.checkDuplicates, false);
});

test('options: BGP, nothing given -> where people look for it', () => {
  const options = readOptions([], {}, 'host');
  assert.deepEqual(options.bird, {
    configuration: '/etc/calico/confd/config/bird.cfg',
    socket: '/run/calico/bird.ctl',
  });
  assert.equal(options.namespace, 'kube-system');
  assert.equal(options.routerId, undefined);
});

test('options: BGP, environment -> taken; WEFT_NAMESPACE goes before POD_NAMESPACE', () => {
  const env = { CALICO_ROUTER_ID: 'hash', POD_NAMESPACE: 'calico-system' };
  const flags = ['--bird-config', '/a/bird.cfg', '--bird-socket', '/a/ctl'];
  const options = readOptions(flags, env, 'host');
  assert.deepEqual(
    [options.routerId, options.namespace, options.bird.configuration, options.bird.socket],
    ['hash', 'calico-system', '/a/bird.cfg', '/a/ctl'],
  );
  assert.equal(readOptions([], { ...env, WEFT_NAMESPACE: 'weft' }, 'host').namespace, 'weft');
});

test('options: command line and environment differ -> the command line wins', () => {
  const options = readOptions(
    ['--node', 'a', '--backend', 'bird'],
    { NODENAME: 'b', CALICO_NETWORKING_BACKEND: 'none' },
    'c',
  );
  assert.deepEqual([options.nodeName, options.backend], ['a', 'bird']);
});

const refused: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['unknown flag', ['--nonsense'], /--nonsense/],
  ['unknown backend', ['--backend', 'rip'], /backend "rip": one of none, bird, vxlan needed/],
  ['port out of range', ['--health-port', '70000'], /--health-port "70000"/],
  ['port that is no number', ['--metrics-port', 'x'], /--metrics-port "x"/],
  ['argument', ['extra'], /extra/],
];
for (const [name, argv, message] of refused) {
  test(`options: ${name} -> AGENT_USAGE that names it`, () => {
    assert.throws(
      () => readOptions(argv, {}, 'host'),
      (error) => hasCode(error, 'AGENT_USAGE') && message.test(error.message),
    );
  });
}
