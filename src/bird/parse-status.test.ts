import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseReply } from '../../test/support/parse-reply.ts';
import { parseComplaint } from './parse-complaint.ts';
import { parseStatus } from './parse-status.ts';

function read(file: string) {
  return parseStatus(parseReply(readFileSync(new URL(`testdata/${file}`, import.meta.url), 'utf8')));
}

describe('BIRD show status', () => {
  test('running: -> who, since when', () => {
    const { serverTime, bootTime, reconfigurationTime, ...rest } = read('show-status.txt');
    assert.deepEqual(rest, { version: '2.0.12', routerId: '10.9.0.1' });
    for (const time of [serverTime, bootTime, reconfigurationTime])
      assert.match(time, /^2026-11-21 12:3\d:\d\d\.\d{3}$/);
  });

  test('after a graceful restart: -> what it waits for and how long', () => {
    assert.deepEqual(read('show-status-recovery.txt').gracefulRestart, { channelsWaiting: 16, secondsLeft: 5.885 });
  });
});

describe('BIRD complaints about a configuration', () => {
  const table: readonly [about: string, text: string, line: number | undefined, reason: string][] = [
    ['bird -p', 'bird: bad.conf:11:14 syntax error, unexpected OFF\n', 11, 'syntax error, unexpected OFF'],
    ['configure', '/etc/calico/confd/config/.bird.cfg.draft:1:1 No such x', 1, 'No such x'],
    [
      'no line',
      'bird: Unable to open configuration file x: No such file or directory',
      undefined,
      'Unable to open configuration file x: No such file or directory',
    ],
    ['address in the reason', '/c:7:3 Invalid fd00::1:2 here', 7, 'Invalid fd00::1:2 here'],
  ];
  for (const [about, text, line, reason] of table) {
    test(`complaint: ${about} -> line ${line ?? 'unknown'}`, () => {
      assert.deepEqual(parseComplaint(text), line === undefined ? { reason } : { line, reason });
    });
  }
});
