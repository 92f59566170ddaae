import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseProtocolsAll } from '../bird/parse-protocols-all.ts';
import { parseStatus } from '../bird/parse-status.ts';
import { applyBirdConfiguration } from './bird-configuration.ts';
import { askBird } from './bird-control.ts';
import type { BirdFiles } from './bird-daemon.ts';
import { inNetns } from './netns.ts';
import { startTestBird, type TestBird } from './testing-bird.ts';
import { listedIn, outputIn, testNetns } from './testing-netns.ts';

const folder = mkdtempSync(join(tmpdir(), 'weft-bird-restart-'));

/** A node with a BIRD and a session to the other one. */
class Node {
  readonly netns = testNetns();
  readonly files: BirdFiles;
  readonly number: 1 | 2;
  bird: TestBird | undefined;

  constructor(number: 1 | 2) {
    this.number = number;
    const own = join(folder, String(number));
    this.files = { configuration: join(own, 'etc', 'bird.cfg'), socket: join(own, 'bird.ctl') };
    mkdirSync(dirname(this.files.configuration), { recursive: true });
  }

  /** As the renderer writes it, with all that matters for a restart. */
  configuration(blocks: readonly string[]): string {
    return `router id 10.9.0.${this.number};
log stderr all;
graceful restart wait 10;
protocol device { scan time 2; }
protocol direct { ipv4; interface "e0"; }
protocol kernel kernel4 {
  metric 1024; learn; persist; scan time 2; merge paths on; graceful restart;
  ipv4 { import all; export where source = RTS_BGP; };
}
protocol static { ipv4; ${blocks.map((block) => `route ${block} blackhole;`).join(' ')} }
protocol bgp Mesh_10_9_0_${3 - this.number} {
  local 10.9.0.${this.number} as 64512; neighbor 10.9.0.${3 - this.number} as 64512; multihop;
  connect delay time 1; connect retry time 1; error wait time 1,5; graceful restart on;
  ipv4 { import all; export where source = RTS_STATIC; next hop self; gateway recursive; add paths on; };
}
`;
  }

  async start(): Promise<void> {
    this.bird = await startTestBird(this.netns.path, this.files);
  }

  /** State and start of the session: a session that goes down and up again has another start. */
  async session(): Promise<string> {
    const sessions = parseProtocolsAll(await askBird(this.files.socket, 'show protocols all'));
    const session = sessions.find(({ proto }) => proto === 'BGP');
    return `${session?.bgpState} since ${session?.since}`;
  }

  /** Destinations of BIRD's routes in the kernel. */
  routes(): string[] {
    return listedIn(this.netns, 'ip', 'route', 'show', 'proto', 'bird')
      .map(({ dst }) => String(dst))
      .sort();
  }
}

const nodes = [new Node(1), new Node(2)] as const;
const [one, two] = nodes;

async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 8000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await sleep(20);
  }
}

const established = async (): Promise<boolean> =>
  (await Promise.all(nodes.map((node) => node.session()))).every((state) => state.startsWith('Established'));

/** No graceful restart is under way on any node. */
const settled = async (): Promise<boolean> => {
  const replies = await Promise.all(nodes.map(({ files }) => askBird(files.socket, 'show status')));
  return (await established()) && replies.every((reply) => parseStatus(reply).gracefulRestart === undefined);
};

/** Listens to the kernel's route changes in a namespace; `text` has all so far. */
async function monitorRoutes({ netns }: Node): Promise<{ text(): string } & Disposable> {
  const child: ChildProcess = inNetns(netns.path, () =>
    spawn('ip', ['-4', 'monitor', 'route'], { stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  let heard = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    heard += text;
  });
  // It does not say when it begins to listen: it does when it hears of a route of ours.
  try {
    await until('ip monitor hears', () => {
      outputIn(netns, 'ip', 'route', 'add', 'blackhole', '192.0.2.1');
      outputIn(netns, 'ip', 'route', 'del', 'blackhole', '192.0.2.1');
      return heard.includes('192.0.2.1');
    });
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    text: () =>
      heard
        .split('\n')
        .filter((line) => line.trim() !== '' && !line.includes('192.0.2.1'))
        .join('\n'),
    [Symbol.dispose]: () => child.kill('SIGKILL'),
  };
}

before(async () => {
  outputIn(one.netns, 'ip', 'link', 'add', 'e0', 'type', 'veth', 'peer', 'name', 'e9');
  const other = inNetns(two.netns.path, () => spawn('sleep', ['60']));
  outputIn(one.netns, 'ip', 'link', 'set', 'e9', 'netns', String(other.pid));
  other.kill('SIGKILL');
  outputIn(two.netns, 'ip', 'link', 'set', 'e9', 'name', 'e0');
  for (const { netns, number } of nodes) {
    outputIn(netns, 'ip', 'link', 'set', 'e0', 'up');
    outputIn(netns, 'ip', 'addr', 'add', `10.9.0.${number}/24`, 'dev', 'e0');
  }
  for (const node of nodes) {
    writeFileSync(node.files.configuration, node.configuration([`10.60.${node.number}.0/26`]), { mode: 0o600 });
  }
  await Promise.all(nodes.map((node) => node.start()));
  await until('both nodes have the other block', () => one.routes().length === 1 && two.routes().length === 1, 15_000);
});

after(async () => {
  await Promise.all(nodes.map((node) => node.bird?.end('SIGKILL')));
  for (const { netns } of nodes) netns[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

describe('BIRD while packets flow', () => {
  test('configure with another static route: -> the peer gets it, the session does not notice', async () => {
    const sessions = await Promise.all(nodes.map((node) => node.session()));
    const more = one.configuration(['10.60.1.0/26', '10.60.1.64/26']);
    assert.equal(await applyBirdConfiguration(one.files, more), 'reconfigured');
    await until('new block at the peer', () => two.routes().includes('10.60.1.64/26'));
    assert.equal(await applyBirdConfiguration(one.files, one.configuration(['10.60.1.0/26'])), 'reconfigured');
    await until('block gone at the peer', () => !two.routes().includes('10.60.1.64/26'));
    assert.deepEqual(await Promise.all(nodes.map((node) => node.session())), sessions);
  });

  for (const [about, times] of [
    ['killed and started again', 1],
    ['killed and started again two times', 2],
  ] as const) {
    test(`${about}: -> no route of any node changes`, async () => {
      await until('settled', settled);
      using atPeer = await monitorRoutes(two);
      using atHome = await monitorRoutes(one);
      for (let time = 0; time < times; time++) await restartOne();
      assert.deepEqual([one.routes(), two.routes()], [['10.60.2.0/26'], ['10.60.1.0/26']]);
      assert.equal(atPeer.text(), '', 'at the peer');
      assert.equal(atHome.text(), '', 'at home');
    });
  }

  test('killed again before it has told its routes: -> back within 5 s', async () => {
    await one.bird?.end('SIGKILL');
    await one.start();
    await until('session is back', established);
    // A peer keeps routes over one restart only (RFC 4724 section 4.2): now they may go for a moment.
    await one.bird?.end('SIGKILL');
    await one.start();
    await until('routes are back', async () => (await settled()) && two.routes().length === 1, 5000);
    assert.deepEqual(one.routes(), ['10.60.2.0/26']);
  });
});

/** Kills the BIRD of the first node, starts it again, waits until both have said all they know. */
async function restartOne(): Promise<void> {
  const session = await two.session();
  await one.bird?.end('SIGKILL');
  await one.start();
  await until('session is back', async () => (await two.session()) !== session && (await settled()));
}
