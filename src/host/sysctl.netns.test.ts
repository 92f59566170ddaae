import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inNetns } from './netns.ts';
import { readSysctl, writeSysctl } from './sysctl.ts';
import { testNetns } from './testing-netns.ts';

test('sysctl: written inside a namespace -> changed there and not here', () => {
  using netns = testNetns();
  const path = 'ipv4/conf/lo/accept_local';
  const before = readSysctl(path);
  const other = before === '1' ? '0' : '1';
  inNetns(netns.path, () => writeSysctl({ path, value: other }));
  assert.equal(
    inNetns(netns.path, () => readSysctl(path)),
    other,
  );
  assert.equal(readSysctl(path), before);
});

test('sysctl: no such setting -> undefined; writing it -> HOST_SYSCTL with its path', () => {
  using netns = testNetns();
  inNetns(netns.path, () => {
    assert.equal(readSysctl('ipv4/conf/nope/proxy_arp'), undefined);
    assert.throws(() => writeSysctl({ path: 'ipv4/conf/nope/proxy_arp', value: '1' }), {
      code: 'HOST_SYSCTL',
      message: /ipv4\/conf\/nope\/proxy_arp/,
    });
  });
});

test('sysctl: value that the kernel refuses -> HOST_SYSCTL', () => {
  using netns = testNetns();
  inNetns(netns.path, () => {
    assert.throws(() => writeSysctl({ path: 'ipv4/conf/lo/rp_filter', value: 'often' }), { code: 'HOST_SYSCTL' });
  });
});

for (const path of ['/proc/sys/vm/swappiness', '../vm/swappiness', 'ipv4/../../vm/swappiness']) {
  test(`sysctl: path ${path} outside /proc/sys/net -> HOST_SYSCTL`, () => {
    assert.throws(() => readSysctl(path), { code: 'HOST_SYSCTL' });
    assert.throws(() => writeSysctl({ path, value: '1' }), { code: 'HOST_SYSCTL' });
  });
}
