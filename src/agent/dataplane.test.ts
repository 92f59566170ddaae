import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeftError } from '../base/errors.ts';
import { createLogger } from '../base/log.ts';
import { systemClock } from '../datastore/system-clock.ts';
import type { Changes, Resource } from '../reconcile/resource.ts';
import { step } from '../reconcile/step.ts';
import type { KernelState } from '../render/kernel-state.ts';
import { Dataplane } from './dataplane.ts';
import { Metrics } from './metrics.ts';
import { Readiness } from './readiness.ts';

const state: KernelState = {
  sysctls: [],
  nft: { family: 'inet', name: 'weft', sets: [], maps: [], chains: [] },
  links: [],
  ebpfTunnels: [],
  addresses: [],
  neighbours: [],
  fdb: [],
  routes: [],
};

/** A kernel with one kind of thing, of which one is wanted. */
function makeWorld() {
  const kernel = new Set<string>();
  const world = {
    broken: undefined as string | undefined,
    hang: undefined as Promise<void> | undefined,
    /** The desired state that can no longer be read. */
    forgotten: undefined as KernelState | undefined,
    kernel,
  };
  const resourceFor = (desired: KernelState): Resource<string> => ({
    name: 'route',
    key: (value) => value,
    equal: () => true,
    list: async () => {
      await world.hang;
      if (desired === world.forgotten) throw new WeftError('JOURNAL_FORGOTTEN', 'Cannot read a collection as it was');
      return [...kernel];
    },
    apply: async ({ create, remove }: Changes<string>) => {
      if (world.broken !== undefined) return new Map(create.map((key) => [key, new Error(world.broken)]));
      for (const value of create) kernel.add(value);
      for (const value of remove) kernel.delete(value);
      return new Map();
    },
  });
  const lines: { msg: string; level: string }[] = [];
  const readiness = new Readiness();
  let offsetMs = 0;
  const dataplane = new Dataplane({
    steps: (desired) => [step(resourceFor(desired), ['r'])],
    clock: { ...systemClock, monotonicMs: () => performance.now() + offsetMs },
    random: () => 0,
    refreshMs: 60_000,
    log: createLogger((line) => void lines.push(JSON.parse(line)), Date.now),
    metrics: new Metrics('node1'),
    readiness,
  });
  const advance = (ms: number): void => {
    offsetMs += ms;
  };
  return { world, lines, readiness, dataplane, advance, signal: new AbortController().signal };
}

const all = ['route'];

test('dataplane: no desired state yet -> nothing is touched, ensure does not wait', async () => {
  const { world, dataplane, readiness, signal } = makeWorld();
  await dataplane.start(signal);
  dataplane.wake('all');
  await dataplane.ensure(all, () => true);
  assert.equal(world.kernel.size, 0);
  assert.match(readiness.text(), /nothing applied yet/);
  await dataplane.stop();
});

test('dataplane: desired state given -> applied, ready', async () => {
  const { world, dataplane, readiness, signal } = makeWorld();
  await dataplane.start(signal);
  dataplane.setDesired(state);
  await dataplane.ensure(all, () => true);
  assert.ok(world.kernel.has('r'));
  assert.ok(readiness.ready, readiness.text());
  await dataplane.stop();
});

test('dataplane: a resource fails pass after pass -> ensure throws, degraded by name, one log line; then ready again', async () => {
  const { world, dataplane, readiness, lines, signal } = makeWorld();
  world.broken = 'no room';
  await dataplane.start(signal);
  dataplane.setDesired(state);
  for (let i = 0; i < 3; i++)
    await assert.rejects(
      dataplane.ensure(all, () => true),
      /no room/,
    );
  await dataplane.ensure(all, (_resource, key) => key === 'somebody else');
  assert.equal(readiness.reasons().get('resource route'), 'no room');
  assert.equal(lines.filter(({ level }) => level === 'warn').length, 1);
  world.broken = undefined;
  await dataplane.ensure(all, () => true);
  assert.ok(readiness.ready, readiness.text());
  assert.ok(lines.some(({ msg }) => msg === 'kernel state complete again'));
  await dataplane.stop();
});

test('dataplane: a pass that does not end -> not ready after a while, by time alone', async () => {
  const { world, dataplane, readiness, advance, signal } = makeWorld();
  await dataplane.start(signal);
  dataplane.setDesired(state);
  await dataplane.ensure(all, () => true);
  const hang = Promise.withResolvers<void>();
  world.hang = hang.promise;
  const waiting = dataplane.ensure(all, () => true);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.ok(readiness.ready);
  advance(25_000);
  assert.match(readiness.text(), /a pass has been running for 25 s/);
  hang.resolve();
  await waiting;
  assert.ok(readiness.ready);
  await dataplane.stop();
});

test('dataplane: the same thing is undone again and again -> one warning that another program does it', async () => {
  const { world, dataplane, lines, signal } = makeWorld();
  await dataplane.start(signal);
  dataplane.setDesired(state);
  await dataplane.ensure(all, () => true);
  for (let i = 0; i < 12; i++) {
    world.kernel.clear();
    await dataplane.ensure(all, () => true);
  }
  assert.equal(lines.filter(({ msg }) => msg.startsWith('another program')).length, 1);
  await dataplane.stop();
});

test('dataplane: what was wanted is forgotten while a pass is at it -> the same pass goes on with what is wanted now', async () => {
  const { world, dataplane, readiness, lines, signal } = makeWorld();
  await dataplane.start(signal);
  dataplane.setDesired(state);
  await dataplane.ensure(all, () => true);
  const hang = Promise.withResolvers<void>();
  world.hang = hang.promise;
  world.kernel.clear();
  const ensured = dataplane.ensure(all, () => true);
  await new Promise((resolve) => setTimeout(resolve, 30));
  world.forgotten = state;
  dataplane.setDesired({ ...state });
  hang.resolve();
  await ensured;
  assert.ok(world.kernel.has('r'));
  assert.ok(readiness.ready, readiness.text());
  assert.deepEqual(
    lines.filter(({ level }) => level !== 'info'),
    [],
  );
  await dataplane.stop();
});
