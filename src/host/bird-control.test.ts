import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { askBird } from './bird-control.ts';

const folder = mkdtempSync(join(tmpdir(), 'weft-bird-control-'));
const servers: Server[] = [];
const sockets: Socket[] = [];

after(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

const greeting = '0001 BIRD 2.0.12 ready.\n';

/** Listens as a BIRD that greets and then does `answer` for what it is asked. */
async function bird(answer: (socket: Socket, command: string) => void): Promise<string> {
  const path = join(folder, `${servers.length}.ctl`);
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.setEncoding('utf8').on('error', () => {});
    socket.write(greeting);
    socket.on('data', (text) => answer(socket, String(text).trimEnd()));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

describe('asking BIRD', () => {
  test('answer in pieces: -> whole, with the version', async () => {
    const path = await bird(async (socket) => {
      for (const letter of '1011-one\n two\n0013 up\n') await new Promise((sent) => socket.write(letter, sent));
    });
    assert.deepEqual(await askBird(path, 'show status'), {
      version: '2.0.12',
      lines: [
        { code: 1011, text: 'one' },
        { code: 1011, text: 'two' },
        { code: 13, text: 'up' },
      ],
    });
  });

  test('many at the same time: -> each gets its own answer', async () => {
    const path = await bird((socket, command) => socket.write(`0013 ${command}\n`));
    const commands = Array.from({ length: 50 }, (_, index) => `show ${index}`);
    const replies = await Promise.all(commands.map((command) => askBird(path, command)));
    assert.deepEqual(
      replies.map(({ lines }) => lines[0]?.text),
      commands,
    );
  });

  test('refusal: -> an answer like any other', async () => {
    const path = await bird((socket) => socket.write('9001 syntax error\n'));
    assert.deepEqual((await askBird(path, 'x')).lines, [{ code: 9001, text: 'syntax error' }]);
  });

  test('silence counts from the last word: slow but steady answer -> whole', async () => {
    const path = await bird(async (socket) => {
      for (const letter of '0013 up!\n') {
        socket.write(letter);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    });
    assert.equal((await askBird(path, 'show status', { timeoutMs: 150 })).lines[0]?.text, 'up!');
  });

  test('several lines in one command: -> refused, nothing is sent', async () => {
    await assert.rejects(askBird('/nowhere', 'show status\ndown'), { code: 'HOST_BIRD', message: /several lines/ });
  });

  test('cancelled: -> ends at once', async () => {
    const path = await bird(() => {});
    const stop = new AbortController();
    const asked = askBird(path, 'show status', { signal: stop.signal });
    stop.abort();
    await assert.rejects(asked, { code: 'HOST_BIRD' });
  });
});

describe('asking a BIRD that is not well', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const table: readonly [about: string, path: () => Promise<string>, code: string, message: RegExp][] = [
    ['no socket', async () => join(folder, 'none'), 'HOST_BIRD_DOWN', /none": no such socket, BIRD must be running$/],
    ['left behind by a dead BIRD', async () => file, 'HOST_BIRD_DOWN', /file": nobody listens on it/],
    ['silent', () => bird(() => {}), 'HOST_BIRD', /no answer within 0\.1 s$/],
    ['goes away', () => bird((socket) => socket.end('1011-a\n')), 'HOST_BIRD', /closed the connection before/],
    ['talks nonsense', () => bird((socket) => socket.write('HTTP/1.1 400\n')), 'HOST_BIRD', /unexpected output line/],
  ];
  for (const [about, path, code, message] of table) {
    test(`${about}: -> ${code}`, async () => {
      await assert.rejects(askBird(await path(), 'show status', { timeoutMs: 100 }), { code, message });
    });
  }
});
