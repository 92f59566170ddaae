import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatResult } from './result.ts';
import type { CniVersion } from './version.ts';

const result = {
  interfaces: [
    { name: 'calia', mac: 'ee:ee:ee:ee:ee:ee' },
    { name: 'eth0', mac: '02:00:00:00:00:01', mtu: 1450, sandbox: '/run/netns/a' },
  ],
  ips: [
    { address: '10.24.0.1/32', interface: 1 },
    { address: 'fd00::1/128', interface: 1 },
  ],
};

const cases: readonly { version: CniVersion; ipVersion: string | undefined; mtu: number | undefined }[] = [
  { version: '0.3.1', ipVersion: '4', mtu: undefined },
  { version: '0.4.0', ipVersion: '4', mtu: undefined },
  { version: '1.0.0', ipVersion: undefined, mtu: undefined },
  { version: '1.1.0', ipVersion: undefined, mtu: 1450 },
];

for (const { version, ipVersion, mtu } of cases) {
  test(`result: version ${version} -> ips[].version ${ipVersion ?? 'absent'}, mtu ${mtu ?? 'absent'}`, () => {
    const formatted = formatResult(result, version) as {
      cniVersion: string;
      ips: { version?: string }[];
      interfaces: { mtu?: number; sandbox?: string }[];
    };
    assert.equal(formatted.cniVersion, version);
    assert.equal(formatted.ips[0]?.version, ipVersion);
    assert.equal(formatted.ips[1]?.version, ipVersion === undefined ? undefined : '6');
    assert.equal(formatted.interfaces[1]?.mtu, mtu);
    assert.equal(formatted.interfaces[1]?.sandbox, '/run/netns/a');
  });
}
