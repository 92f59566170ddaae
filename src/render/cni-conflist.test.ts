import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderCniConflist } from './cni-conflist.ts';

test('conflist: nothing asked -> our plugin alone', () => {
  const { fileName, text } = renderCniConflist();
  assert.equal(fileName, '10-weft.conflist');
  assert.deepEqual(JSON.parse(text), { name: 'k8s-pod-network', cniVersion: '1.0.0', plugins: [{ type: 'weft' }] });
});

test('conflist: Calico file name and portmap -> both, portmap last', () => {
  const portmap = { type: 'portmap', snat: true, capabilities: { portMappings: true } };
  const { fileName, text } = renderCniConflist({ fileName: '10-calico.conflist', chained: [portmap] });
  assert.equal(fileName, '10-calico.conflist');
  assert.deepEqual(JSON.parse(text).plugins, [{ type: 'weft' }, portmap]);
});
