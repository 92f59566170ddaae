import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseReply } from '../../test/support/parse-reply.ts';
import { replyFailure } from './bird-reply.ts';
import { BirdReplyReader } from './reply-reader.ts';

const text = readFileSync(new URL('testdata/show-protocols-all.txt', import.meta.url), 'utf8');

describe('BIRD replies', () => {
  test('pieces: any cut -> the same answer, complete only with the last line', () => {
    const whole = parseReply(text);
    assert.equal(whole.version, '2.0.12');
    for (let cut = 1; cut < text.length; cut += 13) {
      const reader = new BirdReplyReader();
      assert.deepEqual(reader.push(text.slice(0, cut)), []);
      assert.deepEqual(reader.push(text.slice(cut)), [whole]);
    }
  });

  test('several answers on one connection: -> each by itself', () => {
    const reader = new BirdReplyReader();
    const replies = reader.push('0001 BIRD 2.0.12 ready.\n0002-Reading\n0003 Reconfigured\n1007-a\n b\n0000 \n');
    assert.deepEqual(
      replies.map(({ lines }) => lines.map(({ code }) => code)),
      [
        [2, 3],
        [1007, 1007, 0],
      ],
    );
    assert.deepEqual(replies[1]?.lines[1], { code: 1007, text: 'b' });
  });

  test('log messages between the lines: -> passed over', () => {
    const [reply] = new BirdReplyReader().push('+hello\n0001 BIRD 3.0 ready.\n1011-a\n+and\n b\n0013 up\n');
    assert.deepEqual(reply, {
      version: '3.0',
      lines: [
        { code: 1011, text: 'a' },
        { code: 1011, text: 'b' },
        { code: 13, text: 'up' },
      ],
    });
  });

  const hostile: readonly [name: string, said: string][] = [
    ['another program', 'HTTP/1.1 400 Bad Request\n'],
    ['continuation of nothing', ' x\n'],
    ['continuation of a finished answer', '0001 BIRD 2 ready.\n x\n'],
    ['empty line', '0001 BIRD 2 ready.\n\n'],
    ['three digits', '001 BIRD\n'],
  ];
  for (const [name, said] of hostile) {
    test(`hostile text: ${name} -> refused`, () => {
      assert.throws(() => parseReply(said), { code: 'BIRD_REPLY', message: 'unexpected output line from BIRD' });
    });
  }

  test('end missing: -> refused', () => {
    assert.throws(() => parseReply('0001 BIRD 2.0.12 ready.\n1007-a\n'), {
      code: 'BIRD_REPLY',
      message: /not finished/,
    });
  });

  const ends: readonly [line: string, failure: string | undefined][] = [
    ['0000 ', undefined],
    ['0003 Reconfigured', undefined],
    ['0004 Reconfiguration in progress', undefined],
    ['0018 Reconfiguration confirmed', undefined],
    ['8002 /x:1:1 syntax error', '/x:1:1 syntax error'],
    ['9001 syntax error', 'syntax error'],
  ];
  for (const [line, failure] of ends) {
    test(`last line: ${line} -> ${failure ?? 'done'}`, () => {
      assert.equal(replyFailure(parseReply(`0002-Reading\n${line}\n`)), failure);
    });
  }
});
