import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { parseStatus } from '../bird/parse-status.ts';
import { applyBirdConfiguration } from './bird-configuration.ts';
import { askBird } from './bird-control.ts';
import { type BirdFiles, firstConfiguration, writeFirstConfiguration } from './bird-daemon.ts';
import { startTestBird, type TestBird } from './testing-bird.ts';
import { testNetns } from './testing-netns.ts';

const folder = mkdtempSync(join(tmpdir(), 'weft-bird-configuration-'));
const netns = testNetns();
const birds: TestBird[] = [];

after(async () => {
  await Promise.all(birds.map((bird) => bird.end('SIGKILL')));
  netns[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

function filesIn(name: string): BirdFiles {
  return { configuration: join(folder, name, 'etc', 'bird.cfg'), socket: join(folder, name, 'bird.ctl') };
}

async function start(files: BirdFiles): Promise<TestBird> {
  const bird = await startTestBird(netns.path, files);
  birds.push(bird);
  return bird;
}

async function routerId(files: BirdFiles): Promise<string> {
  return parseStatus(await askBird(files.socket, 'show status')).routerId;
}

const text = (router: string): string => `router id ${router};\nprotocol device { }\n`;
const bad = 'router id 10.0.0.9;\nprotocol device { }\nprotocol nonsense { }\n';

describe('configuring a BIRD', () => {
  const files = filesIn('live');

  test('first configuration: -> BIRD starts with it; a second call leaves it alone', async () => {
    assert.equal(writeFirstConfiguration(files), true);
    assert.equal(writeFirstConfiguration(files), false);
    await start(files);
    assert.equal(await routerId(files), '0.0.0.1');
  });

  test('good, the same, bad, good: -> reconfigured, unchanged, refused with the old one in force, reconfigured', async () => {
    assert.equal(await applyBirdConfiguration(files, text('10.0.0.1')), 'reconfigured');
    assert.equal(await routerId(files), '10.0.0.1');
    assert.equal(statSync(files.configuration).mode & 0o777, 0o600);
    assert.equal(await applyBirdConfiguration(files, text('10.0.0.1')), 'unchanged');
    await assert.rejects(applyBirdConfiguration(files, bad), {
      code: 'BIRD_CONFIGURATION',
      line: 3,
      reason: /^syntax error/,
      message: /^Cannot use BIRD configuration: line 3: syntax error.*, the old one stays in force$/,
    });
    assert.equal(await routerId(files), '10.0.0.1');
    assert.equal(readFileSync(files.configuration, 'utf8'), text('10.0.0.1'));
    assert.equal(await applyBirdConfiguration(files, text('10.0.0.2')), 'reconfigured');
    assert.equal(await routerId(files), '10.0.0.2');
    assert.deepEqual(readdirSync(join(folder, 'live', 'etc')), ['bird.cfg']);
  });

  test('BIRD is away: -> the file waits for it', async () => {
    await birds.at(-1)?.end('SIGKILL');
    assert.equal(await applyBirdConfiguration(files, text('10.0.0.3')), 'not running');
    await assert.rejects(applyBirdConfiguration(files, bad), { code: 'BIRD_CONFIGURATION' });
    await start(files);
    assert.equal(await routerId(files), '10.0.0.3');
  });
});

/** A BIRD that says what the test wants, to see what it is asked. */
async function fakeBird(
  files: BirdFiles,
  answer: (command: string) => string,
): Promise<{ asked: string[] } & Disposable> {
  writeFirstConfiguration(files);
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.write('0001 BIRD 2.0.12 ready.\n');
    socket.setEncoding('utf8').on('data', (command) => {
      asked.push(String(command).trim().replaceAll(folder, ''));
      socket.write(answer(asked.at(-1) ?? ''));
    });
  });
  await new Promise<void>((resolve) => server.listen(files.socket, resolve));
  return { asked, [Symbol.dispose]: () => server.close() };
}

const status = (boot: number): string => `1011-Last reboot on ${boot}\n0013 Daemon is up and running\n`;

describe('configuring a BIRD that misbehaves', () => {
  test('refuses what bird -p takes: -> BIRD_CONFIGURATION, the file stays the old one', async () => {
    const files = filesIn('refuses');
    using _ = await fakeBird(files, (command) =>
      command === 'show status' ? status(1) : '0002-Reading configuration from x\n8002 x:2:1 Out of luck\n',
    );
    const refused = { code: 'BIRD_CONFIGURATION', line: 2, reason: 'Out of luck' };
    await assert.rejects(applyBirdConfiguration(files, text('10.0.0.1')), refused);
    assert.equal(readFileSync(files.configuration, 'utf8'), firstConfiguration);
    assert.equal(existsSync(join(folder, 'refuses', 'etc', '.bird.cfg.draft')), false);
  });

  test('is started anew meanwhile: -> it is told to read the new file', async () => {
    const files = filesIn('anew');
    let boot = 0;
    using fake = await fakeBird(files, (command) =>
      command === 'show status' ? status(boot++) : '0003 Reconfigured\n',
    );
    assert.equal(await applyBirdConfiguration(files, text('10.0.0.1')), 'reconfigured');
    const draft = 'configure "/anew/etc/.bird.cfg.draft"';
    assert.deepEqual(fake.asked, ['show status', draft, 'show status', 'configure']);
  });

  test('busy with the one before: -> counts as taken', async () => {
    const files = filesIn('busy');
    using _ = await fakeBird(files, (command) =>
      command === 'show status' ? status(1) : '0005 Reconfiguration already in progress, queueing new config\n',
    );
    assert.equal(await applyBirdConfiguration(files, text('10.0.0.1')), 'reconfigured');
  });

  test('shutting down: -> HOST_BIRD, tried again later', async () => {
    const files = filesIn('ends');
    using _ = await fakeBird(files, (command) =>
      command === 'show status' ? status(1) : '0006 Reconfiguration ignored, shutting down\n',
    );
    await assert.rejects(applyBirdConfiguration(files, text('10.0.0.1')), {
      code: 'HOST_BIRD',
      message: /shutting down/,
    });
    assert.equal(readFileSync(files.configuration, 'utf8'), firstConfiguration);
  });
});
