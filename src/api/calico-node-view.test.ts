import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseAsNumber, spellAsNumbers } from './as-number.ts';
import type { CalicoNodeObject } from './calico-node.ts';
import { calicoNodeOf, calicoNodePatch } from './calico-node-view.ts';
import type { Node } from './core.ts';
import { calicoNodes } from './kinds.ts';
import { validateObject } from './validate.ts';

const node: Node = {
  metadata: {
    name: 'n1',
    uid: 'u',
    labels: { zone: 'a' },
    annotations: {
      'projectcalico.org/IPv4Address': '192.168.1.10/24',
      'projectcalico.org/ASNumber': '64513',
      'projectcalico.org/IPv4IPIPTunnelAddr': '10.24.1.1',
      'projectcalico.org/RouteReflectorClusterID': '245.0.0.1',
      'projectcalico.org/IPv4VXLANTunnelAddr': '10.24.1.2',
      'projectcalico.org/VXLANTunnelMACAddr': '66:00:00:00:00:01',
      'projectcalico.org/Interfaces': '[{"name":"eth0","addresses":["192.168.1.10"]}]',
      'projectcalico.org/WireguardPublicKey': '',
      note: 'mine',
    },
  },
  spec: { podCIDRs: ['10.24.1.0/24'] },
  status: {
    addresses: [
      { type: 'InternalIP', address: '192.168.1.10' },
      { type: 'Hostname', address: 'n1' },
    ],
  },
};

describe('calicoNodeOf', () => {
  test('annotations: -> spec; others stay annotations; addresses, interfaces and podCIDRs found', () => {
    const view = calicoNodeOf(node);
    assert.deepEqual(view, {
      apiVersion: 'projectcalico.org/v3',
      kind: 'Node',
      metadata: { name: 'n1', uid: 'u', labels: { zone: 'a' }, annotations: { note: 'mine' } },
      spec: {
        bgp: {
          asNumber: 64_513,
          ipv4Address: '192.168.1.10/24',
          ipv4IPIPTunnelAddr: '10.24.1.1',
          routeReflectorClusterID: '245.0.0.1',
        },
        ipv4VXLANTunnelAddr: '10.24.1.2',
        vxlanTunnelMACAddr: '66:00:00:00:00:01',
        orchRefs: [{ nodeName: 'n1', orchestrator: 'k8s' }],
        addresses: [
          { address: '192.168.1.10/24', type: 'CalicoNodeIP' },
          { address: '192.168.1.10', type: 'InternalIP' },
        ],
        interfaces: [{ name: 'eth0', addresses: ['192.168.1.10'] }],
      },
      status: { podCIDRs: ['10.24.1.0/24'] },
    });
    assert.deepEqual(validateObject(calicoNodes, view), []);
  });

  test('a plain node: -> no bgp, no status', () => {
    const view = calicoNodeOf({ metadata: { name: 'n2' } });
    assert.deepEqual(view.spec, { orchRefs: [{ nodeName: 'n2', orchestrator: 'k8s' }] });
    assert.equal(view.status, undefined);
  });

  for (const text of ['{', '7', '[7]']) {
    test(`interfaces that are none (${text}): -> no exception`, () => {
      const broken = { metadata: { name: 'n', annotations: { 'projectcalico.org/Interfaces': text } } };
      assert.deepEqual(calicoNodeOf(broken).spec.interfaces ?? [], []);
    });
  }

  test('there and back: -> the same annotations', () => {
    const patch = calicoNodePatch(calicoNodeOf(node));
    for (const [key, value] of Object.entries(patch)) {
      assert.equal(value, node.metadata.annotations?.[key] || null, key);
    }
  });
});

test('calicoNodePatch: a field taken away -> null, which removes the annotation', () => {
  const patch = calicoNodePatch({ metadata: { name: 'n1' }, spec: { bgp: { ipv4Address: '10.0.0.1/24' } } });
  assert.equal(patch['projectcalico.org/IPv4Address'], '10.0.0.1/24');
  assert.equal(patch['projectcalico.org/ASNumber'], null);
});

const specs: readonly [spec: CalicoNodeObject['spec'], wrong: readonly string[]][] = [
  [{ bgp: { ipv4Address: '1.2.3.4/24', ipv6Address: 'aa:bb::1/64' }, wireguard: {} }, []],
  [{ bgp: {} }, ['spec.bgp']],
  [{ bgp: { ipv4Address: 'aa:bb::1/64' } }, ['spec.bgp.ipv4Address']],
  [{ bgp: { ipv6Address: '1.2.3.4/32' } }, ['spec.bgp.ipv6Address']],
  [{ bgp: { routeReflectorClusterID: '300.0.0.1' } }, ['spec.bgp.routeReflectorClusterID']],
  [{ bgp: { ipv4IPIPTunnelAddr: '1.2.3.4/24' } }, ['spec.bgp.ipv4IPIPTunnelAddr']],
  [{ vxlanTunnelMACAddr: '66:00' }, ['spec.vxlanTunnelMACAddr']],
  [{ addresses: [{ address: 'here' }] }, ['spec.addresses[0].address']],
];
for (const [spec, wrong] of specs) {
  test(`Node ${JSON.stringify(spec)}: -> errors at [${wrong}]`, () => {
    const errors = validateObject(calicoNodes, { metadata: { name: 'n1' }, spec } as CalicoNodeObject);
    assert.deepEqual(
      errors.map(({ field }) => field),
      wrong,
    );
  });
}

const keys: readonly [key: string, right: boolean][] = [
  ['jlkVyQYooZYzI2wFfNhSZez5eWh44yfq1wKVjLvSXgY=', true],
  ['foobar', false],
  [`${'A'.repeat(42)}B=`, false],
];
for (const [wireguardPublicKey, right] of keys) {
  test(`Node with the key ${wireguardPublicKey}: -> ${right ? 'taken' : 'refused'}`, () => {
    const errors = validateObject(calicoNodes, {
      metadata: { name: 'n1' },
      spec: {},
      status: { wireguardPublicKey },
    } as CalicoNodeObject);
    assert.equal(errors.length === 0, right);
  });
}

const numbers: readonly [text: string, number: number | undefined][] = [
  ['64512', 64_512],
  ['1.10', 65_546],
  ['65535.65535', 4_294_967_295],
  ['0', undefined],
  ['1.65536', undefined],
  ['4294967296', undefined],
  ['x', undefined],
];
for (const [text, number] of numbers) {
  test(`AS number ${text}: -> ${number}`, () => assert.equal(parseAsNumber(text), number));
}

test('spellAsNumbers: texts -> numbers; what is none stays for the check to find', () => {
  const object = { metadata: { name: 'p' }, spec: { asNumber: '1.10', localASNumber: 'x', bgp: { asNumber: '7' } } };
  assert.deepEqual(spellAsNumbers(object).spec, { asNumber: 65_546, localASNumber: 'x', bgp: { asNumber: 7 } });
});
