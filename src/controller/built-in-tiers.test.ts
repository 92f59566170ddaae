import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tier } from '../api/calico-policy.ts';
import { WeftError } from '../base/errors.ts';
import { createLogger } from '../base/log.ts';
import { systemClock } from '../datastore/system-clock.ts';
import { startBuiltInTiers } from './built-in-tiers.ts';

/** A cluster of tiers; `refused` are made by somebody else in the same moment. */
function tiersOf(there: readonly string[], refused: readonly string[] = []) {
  const items = new Map(there.map((name): [string, Tier] => [name, { metadata: { name }, spec: { order: 7 } }]));
  const listeners: ((tier: Tier, old: Tier | undefined) => void)[] = [];
  const tiers = {
    get: (name: string) => items.get(name),
    onChange: (listener: (tier: Tier, old: Tier | undefined) => void) => void listeners.push(listener),
    create: async (tier: Tier): Promise<Tier> => {
      const { name } = tier.metadata;
      items.set(name, tier);
      if (refused.includes(name)) throw new WeftError('API_ALREADY_EXISTS', 'taken');
      return tier;
    },
  };
  const remove = (name: string): void => {
    const tier = items.get(name);
    items.delete(name);
    if (tier !== undefined) for (const listener of listeners) listener(tier, undefined);
  };
  return { tiers, items, remove };
}

async function settle(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 2000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, 'not settled');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const lines: string[] = [];
const surroundings = {
  clock: systemClock,
  random: Math.random,
  logger: createLogger((line) => void lines.push(line), Date.now, 'warn'),
};
const all = ['default', 'kube-admin', 'kube-baseline'];

test('tiers: missing -> made; there -> left as they are; deleted -> made again', async () => {
  const { tiers, items, remove } = tiersOf(['default', 'mine']);
  const controller = startBuiltInTiers({ tiers }, surroundings);
  await settle(() => items.size === 4);
  assert.deepEqual([...items.keys()].sort(), [...all, 'mine']);
  assert.equal(items.get('default')?.spec.order, 7);
  remove('mine');
  remove('kube-admin');
  await settle(() => items.has('kube-admin'));
  assert.equal(items.get('kube-admin')?.spec.order, 1000);
  assert.equal(items.has('mine'), false);
  await controller.stop();
});

test('tiers: made by somebody else meanwhile -> fine', async () => {
  const { tiers, items } = tiersOf([], all);
  const controller = startBuiltInTiers({ tiers }, surroundings);
  await settle(() => items.size === 3);
  await controller.stop();
  assert.deepEqual(lines, []);
});
