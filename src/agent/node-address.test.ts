import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../base/errors.ts';
import { parseIpWithPrefix } from '../net/cidr.ts';
import { type Family, parseIp } from '../net/ip.ts';
import { parseAddressMethod } from './address-method.ts';
import { type AddressCandidate, type DetectionFacts, detectNodeAddress, outerInterfaces } from './node-address.ts';

const on = (device: string, address: string, up = true): AddressCandidate => ({
  device,
  address: parseIpWithPrefix(address),
  up,
});

const two = [
  on('lo', '127.0.0.1/8'),
  on('docker0', '172.17.0.1/16'),
  on('eth0', '192.0.2.1/24'),
  on('eth1', '10.1.0.1/16'),
];
const one = [on('lo', '127.0.0.1/8'), on('virbr0', '192.168.122.1/24'), on('ens3', '192.0.2.1/24')];

interface Case {
  readonly name: string;
  readonly ip?: string;
  readonly method?: string;
  readonly family?: Family;
  readonly facts: Partial<DetectionFacts>;
  /** `DEVICE ADDRESS/LENGTH`, or the code of the refusal. */
  readonly want: string;
}

const table: readonly Case[] = [
  { name: 'default, one candidate', facts: { candidates: one }, want: 'ens3 192.0.2.1/24' },
  {
    name: 'default, InternalIP on a device',
    facts: { candidates: two, internalIps: ['10.1.0.1'] },
    want: 'eth1 10.1.0.1/16',
  },
  {
    name: 'default, InternalIP on an ignored device',
    facts: { candidates: two, internalIps: ['172.17.0.1'] },
    want: 'docker0 172.17.0.1/16',
  },
  { name: 'default, two devices and nothing decides', facts: { candidates: two }, want: 'AGENT_AMBIGUOUS_ADDRESS' },
  {
    name: 'default, two devices and InternalIP elsewhere',
    facts: { candidates: two, internalIps: ['10.9.9.9'] },
    want: 'AGENT_AMBIGUOUS_ADDRESS',
  },
  {
    name: 'default, two addresses on one device',
    facts: { candidates: [on('eth0', '192.0.2.1/24'), on('eth0', '192.0.2.2/24')] },
    want: 'eth0 192.0.2.1/24',
  },
  {
    name: 'default, the second device is down',
    facts: { candidates: [on('eth0', '192.0.2.1/24'), on('eth1', '10.1.0.1/16', false)] },
    want: 'eth0 192.0.2.1/24',
  },
  {
    name: 'default, only container bridges',
    facts: { candidates: [on('docker0', '172.17.0.1/16')] },
    want: 'AGENT_NO_ADDRESS',
  },
  { name: 'default, nothing at all', facts: {}, want: 'AGENT_NO_ADDRESS' },
  { name: 'first-found, two devices', method: 'first-found', facts: { candidates: two }, want: 'eth0 192.0.2.1/24' },
  {
    name: 'interface by regular expression',
    method: 'interface=ens.*,eth1',
    facts: { candidates: two },
    want: 'eth1 10.1.0.1/16',
  },
  {
    name: 'interface pattern fits the whole name only',
    method: 'interface=eth',
    facts: { candidates: two },
    want: 'AGENT_NO_ADDRESS',
  },
  { name: 'skip-interface', method: 'skip-interface=eth0', facts: { candidates: two }, want: 'eth1 10.1.0.1/16' },
  { name: 'cidr', method: 'cidr=203.0.113.0/24,10.0.0.0/8', facts: { candidates: two }, want: 'eth1 10.1.0.1/16' },
  {
    name: 'can-reach',
    method: 'can-reach=8.8.8.8',
    facts: { candidates: two, sourceTowards: parseIp('10.1.0.1') },
    want: 'eth1 10.1.0.1/16',
  },
  {
    name: 'can-reach without a way',
    method: 'can-reach=8.8.8.8',
    facts: { candidates: two },
    want: 'AGENT_NO_ADDRESS',
  },
  {
    name: 'kubernetes-internal-ip',
    method: 'kubernetes-internal-ip',
    facts: { candidates: two, internalIps: ['192.0.2.1'] },
    want: 'eth0 192.0.2.1/24',
  },
  {
    name: 'kubernetes-internal-ip on no device',
    method: 'kubernetes-internal-ip',
    facts: { candidates: two, internalIps: ['192.0.2.9'] },
    want: 'AGENT_NO_ADDRESS',
  },
  { name: 'address given with length', ip: '10.1.0.1/24', facts: { candidates: two }, want: 'eth1 10.1.0.1/24' },
  { name: 'address given without length', ip: '10.1.0.1', facts: { candidates: two }, want: 'eth1 10.1.0.1/16' },
  { name: 'address given that no device has', ip: '10.1.0.9', facts: { candidates: two }, want: 'AGENT_NO_ADDRESS' },
  {
    name: 'IPv6 without link-local ones',
    family: 6,
    ip: 'autodetect',
    facts: { candidates: [on('eth0', 'fe80::1/64'), on('eth0', '2001:db8::1/64')] },
    want: 'eth0 2001:db8::1/64',
  },
];

for (const { name, ip = 'autodetect', method, family = 4, facts, want } of table) {
  test(`node address: ${name} -> ${want}`, () => {
    const parsed = parseAddressMethod(family, ip, method);
    assert.ok(parsed !== undefined);
    const detect = () => detectNodeAddress(family, parsed, { candidates: [], internalIps: [], ...facts });
    if (want.startsWith('AGENT_')) {
      assert.throws(detect, (error) => hasCode(error, want));
      return;
    }
    const { device, address } = detect();
    assert.equal(`${device} ${address.ip}/${address.prefixLength}`, want);
  });
}

test('node address: ambiguous -> the message lists candidates with devices and says how to choose', () => {
  assert.throws(
    () => detectNodeAddress(4, { kind: 'default' }, { candidates: two, internalIps: [] }),
    /2 candidates \(192\.0\.2\.1\/24 on eth0, 10\.1\.0\.1\/16 on eth1\).*IP_AUTODETECTION_METHOD=interface=eth0.*IP=ADDRESS/,
  );
});

test('outerInterfaces: -> by name, without devices of others and addresses of one link', () => {
  const candidates = [...two, on('eth0', 'fe80::1/64'), on('eth0', 'fd00::1/64'), on('cali123', '10.24.0.1/32')];
  assert.deepEqual(outerInterfaces(candidates), [
    { name: 'eth0', addresses: ['192.0.2.1', 'fd00::1'] },
    { name: 'eth1', addresses: ['10.1.0.1'] },
  ]);
});

const methods: readonly (readonly [Family, string, string | undefined, string])[] = [
  [4, 'none', undefined, 'off'],
  [6, '', undefined, 'off'],
  [6, 'none', undefined, 'off'],
  [4, '', undefined, 'default'],
  [4, 'autodetect', 'first-found', 'first-found'],
  [4, 'autodetect', 'nonsense', 'AGENT_USAGE'],
  [4, 'autodetect', 'interface=', 'AGENT_USAGE'],
  [4, 'autodetect', 'interface=[', 'AGENT_USAGE'],
  [4, 'autodetect', 'cidr=10.0.0.1/8', 'AGENT_USAGE'],
  [4, 'autodetect', 'can-reach=', 'AGENT_USAGE'],
  [4, 'fd00::1', undefined, 'AGENT_USAGE'],
  [4, '10.0.0', undefined, 'AGENT_USAGE'],
];

for (const [family, ip, method, want] of methods) {
  test(`address method: IPv${family}, "${ip}", ${method} -> ${want}`, () => {
    if (want === 'AGENT_USAGE') {
      assert.throws(
        () => parseAddressMethod(family, ip, method),
        (error) => hasCode(error, want),
      );
    } else assert.equal(parseAddressMethod(family, ip, method)?.kind ?? 'off', want);
  });
}
