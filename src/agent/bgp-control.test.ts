import assert from 'node:assert/strict';
import { test } from 'node:test';
import { birdSession, daemon, desiredSession, stateWith } from '../../test/support/bgp-sessions.ts';
import { eventually } from '../../test/support/test-node.ts';
import { WeftError } from '../base/errors.ts';
import { silentLogger } from '../base/log.ts';
import type { BirdSession } from '../bird/bird-session.ts';
import { systemClock } from '../datastore/system-clock.ts';
import type { BirdApplied } from '../host/bird-configuration.ts';
import { BirdConfigurationError } from '../host/bird-configuration-error.ts';
import { type ApplyResult, BgpControl } from './bgp-control.ts';
import type { BgpStatus } from './bgp-status.ts';

/** A BIRD that keeps a text, and a clock on which two seconds are as many milliseconds as the test likes. */
function makeWorld(t: { after: (fn: () => Promise<void>) => void }, lookMs = 5) {
  const world = {
    up: true,
    silent: false,
    boot: '12:00:00',
    reconfigured: 0,
    file: '',
    refuses: undefined as string | undefined,
    protocols: [] as readonly BirdSession[],
    applied: [] as string[],
    refusedLooks: 0,
    results: [] as ApplyResult[],
    status: undefined as BgpStatus | undefined,
  };
  const answer = <T>(value: T): Promise<T> =>
    world.up && !world.silent ? Promise.resolve(value) : Promise.reject(noAnswer());
  const noAnswer = () =>
    world.silent ? new WeftError('HOST_BIRD', 'no answer') : new WeftError('HOST_BIRD_DOWN', 'no such socket');
  const control = new BgpControl({
    bird: {
      apply: async (text, again): Promise<BirdApplied> => {
        if (world.refuses !== undefined && text.includes(world.refuses)) {
          throw new BirdConfigurationError({ line: 1, reason: 'syntax error' });
        }
        if (world.file === text && !again) return 'unchanged';
        world.applied.push(text);
        world.file = text;
        if (!world.up) return 'not running';
        world.reconfigured += 1;
        return 'reconfigured';
      },
      daemon: () => answer(daemon(world.boot, `12:00:${String(world.reconfigured).padStart(2, '0')}`)),
      protocols: () => answer(world.protocols),
      routes: () => answer([]),
      refusedRoutes: async ({ name }, _state, count) => {
        world.refusedLooks += 1;
        return { session: name, count, routes: [{ destination: '0.0.0.0/0', reason: 'default route' }] };
      },
    },
    render: (state) => ({
      text: `as ${state.asNumber}`,
      originOf: (line) => (line === 1 ? 'BGPPeer "rack1"' : undefined),
    }),
    clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms >= 100 ? lookMs : ms, signal) },
    random: () => 0,
    log: silentLogger,
    onStatus: (status) => {
      world.status = status;
    },
    onApply: (result) => world.results.push(result),
  });
  t.after(() => control.stop());
  void control.start(new AbortController().signal);
  /** Comes back when the state `as 1` is in force and seen to be. */
  const begin = async (): Promise<void> => {
    control.setDesired(stateWith([], 1));
    await eventually('begin', () => world.applied.length === 1 && world.status?.daemon);
  };
  return { world, control, begin };
}

const session = desiredSession('Global_10_0_1_1');

test('control: a burst of states -> the last one is handed over, once', async (t) => {
  const { world, control } = makeWorld(t);
  for (const asNumber of [1, 2, 3]) control.setDesired(stateWith([], asNumber));
  await eventually('applied', () => world.status?.daemon !== undefined && world.applied.length > 0);
  await control.look();
  assert.deepEqual(world.applied, ['as 3']);
});

test('control: no state -> BIRD is neither asked nor told anything', async (t) => {
  const { world, control } = makeWorld(t);
  await control.look();
  assert.deepEqual([world.applied, world.status], [[], undefined]);
});

test('control: same state again, agent restarted -> nothing is handed over', async (t) => {
  const { world, control } = makeWorld(t);
  world.file = 'as 1';
  control.setDesired(stateWith([], 1));
  await control.look();
  control.setDesired(stateWith([], 1));
  await control.look();
  assert.deepEqual([world.applied, world.results], [[], ['unchanged']]);
});

test('control: BIRD writes its times a millisecond off -> nothing is handed over', async (t) => {
  const { world, control, begin } = makeWorld(t);
  await begin();
  await control.look();
  world.boot = '12:00:00.001';
  await control.look();
  await control.look();
  assert.deepEqual(world.results, ['reconfigured']);
});

test('control: BIRD away -> the file is right, status says so; BIRD comes -> known again', async (t) => {
  const { world, control } = makeWorld(t);
  world.up = false;
  control.setDesired(stateWith([session], 1));
  await eventually('silence', () => world.status?.silence);
  assert.equal(world.file, 'as 1');
  assert.match(world.status?.silence?.reason ?? '', /no such socket/);
  world.up = true;
  await eventually('daemon', () => world.status?.daemon);
  await control.look();
  assert.deepEqual(world.applied, ['as 1'], 'it has read the file itself');
});

test('control: BIRD started again with another file -> handed over again', async (t) => {
  const { world, begin } = makeWorld(t);
  await begin();
  world.boot = '12:01:00';
  world.file = 'by hand';
  await eventually('again', () => world.applied.length === 2);
  assert.equal(world.file, 'as 1');
});

for (const up of [true, false]) {
  test(`control: file changed by hand, BIRD ${up ? 'runs' : 'cannot start with it'} -> mended`, async (t) => {
    const { world, control, begin } = makeWorld(t);
    await begin();
    world.up = up;
    world.file = 'garbage';
    await eventually('mended', () => world.file === 'as 1');
    await control.look();
    await control.look();
    assert.equal(world.applied.length, 2, 'once');
  });
}

test('control: BIRD says nothing -> no session counts as lost; BIRD away -> all do', async (t) => {
  const { world, control } = makeWorld(t);
  world.protocols = [birdSession('Global_10_0_1_1', true)];
  control.setDesired(stateWith([session], 1));
  await eventually('established', () => world.status?.sessions[0]?.established);
  world.silent = true;
  await eventually('silence', () => world.status?.silence?.isDown === false);
  assert.deepEqual(
    world.status?.sessions.map(({ established, flaps }) => [established, flaps]),
    [[true, 0]],
  );
  world.silent = false;
  world.up = false;
  await eventually('away', () => world.status?.silence?.isDown === true);
  assert.deepEqual(
    world.status?.sessions.map(({ established, flaps }) => [established, flaps]),
    [[false, 1]],
  );
});

test('control: BIRD configured by hand -> handed over again though the file is right', async (t) => {
  const { world, control, begin } = makeWorld(t);
  await begin();
  await control.look();
  world.reconfigured = 40;
  await eventually('again', () => world.applied.length === 2);
  await control.look();
  await control.look();
  assert.equal(world.applied.length, 2, 'once');
});

test('control: configuration refused -> the old one stays, object named, not tried again until it changes', async (t) => {
  const { world, control, begin } = makeWorld(t);
  await begin();
  world.refuses = 'as 2';
  control.setDesired(stateWith([], 2));
  await eventually('refused', () => world.status?.refusal);
  assert.deepEqual(world.status?.refusal, { origin: 'BGPPeer "rack1"', reason: 'syntax error' });
  await control.look();
  await control.look();
  assert.equal(world.file, 'as 1');
  assert.deepEqual(world.results, ['reconfigured', 'refused']);
  control.setDesired(stateWith([], 3));
  await eventually('mended', () => world.file === 'as 3' && world.status?.refusal === undefined);
});

test('control: refused, then back to what is in force -> no reason left', async (t) => {
  const { world, control, begin } = makeWorld(t);
  await begin();
  world.refuses = 'as 2';
  control.setDesired(stateWith([], 2));
  await eventually('refused', () => world.status?.refusal);
  control.setDesired(stateWith([], 1));
  await eventually('no reason', () => world.status?.refusal === undefined);
  assert.equal(world.applied.length, 1);
});

test('control: refused routes -> looked at when their number changes, not at every look', async (t) => {
  const { world, control } = makeWorld(t);
  const channel = { family: 4 as const, state: 'UP', imported: 1, filtered: 1, exported: 0, preferred: 1 };
  world.protocols = [birdSession('Global_10_0_1_1', true, { channels: [channel] })];
  control.setDesired(stateWith([session], 1));
  await eventually('refused routes', () => world.status?.refused[0]?.routes.length === 1);
  for (let i = 0; i < 3; i++) await control.look();
  assert.equal(world.refusedLooks, 1);
  world.protocols = [birdSession('Global_10_0_1_1', true, { channels: [{ ...channel, filtered: 2 }] })];
  await eventually('looked again', () => world.status?.refused[0]?.count === 2);
  assert.equal(world.refusedLooks, 2);
  world.protocols = [birdSession('Global_10_0_1_1', true, { channels: [{ ...channel, filtered: 0 }] })];
  await eventually('none left', () => world.status?.refused.length === 0);
});
