import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Clock } from '../base/clock.ts';
import { ReconcileLoop } from './loop.ts';
import type { Scope } from './wake.ts';

/** Time that moves only when told to. */
class ManualClock implements Clock {
  #now = 0;
  #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  monotonicMs(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { at: this.#now + ms, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal.reason);
      });
    });
  }

  /** Moves time on by `ms`, waking sleepers in order and letting everything they start come to rest in between. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await rest();
      const next = this.#sleepers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#now = next.at;
      this.#sleepers = this.#sleepers.filter((other) => other !== next);
      next.wake();
    }
    this.#now = end;
    await rest();
  }
}

/** Lets all microtasks run. */
async function rest(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

function makeLoop(pass: (scope: Scope) => Promise<boolean>) {
  const clock = new ManualClock();
  const loop = new ReconcileLoop({
    pass,
    clock,
    random: () => 0.5,
    settleMs: 10,
    refreshMs: 90_000,
    backoff: { firstMs: 200, maxMs: 10_000 },
  });
  return { clock, loop };
}

const never = new AbortController().signal;

test('loop: start -> one full pass at once', async () => {
  const scopes: Scope[] = [];
  const { clock, loop } = makeLoop(async (scope) => scopes.push(scope) > 0);
  await loop.start(never);
  await clock.advance(10);
  assert.deepEqual(scopes, ['all']);
  await loop.stop();
});

test('loop: a burst of wakes -> one pass over the union', async () => {
  const scopes: Scope[] = [];
  const { clock, loop } = makeLoop(async (scope) => scopes.push(scope) > 0);
  await loop.start(never);
  await clock.advance(10);
  for (let i = 0; i < 50; i++) loop.wake(new Set([i % 2 === 0 ? 'link' : 'route']));
  await clock.advance(10);
  assert.deepEqual(scopes.slice(1), [new Set(['link', 'route'])]);
  await loop.stop();
});

test('loop: narrow wake after a failed pass -> the next pass is a full one, then narrow again', async () => {
  const scopes: Scope[] = [];
  const { clock, loop } = makeLoop(async (scope) => scopes.push(scope) > 1);
  await loop.start(never);
  await clock.advance(10);
  loop.wake(new Set(['route']));
  await clock.advance(200);
  loop.wake(new Set(['route']));
  await clock.advance(10);
  assert.deepEqual(scopes, ['all', 'all', new Set(['route'])]);
  await loop.stop();
});

test('loop: wakes while a pass runs -> exactly one more pass', async () => {
  let release = (): void => {};
  let passes = 0;
  const { clock, loop } = makeLoop(async () => {
    passes++;
    if (passes === 1) await new Promise<void>((resolve) => (release = resolve));
    return true;
  });
  await loop.start(never);
  await clock.advance(10);
  for (let i = 0; i < 5; i++) loop.wake('all');
  await clock.advance(1000);
  assert.equal(passes, 1);
  release();
  await clock.advance(1000);
  assert.equal(passes, 2);
  await loop.stop();
});

test('loop: nothing happens -> refreshed within the interval, less up to a tenth', async () => {
  let passes = 0;
  const { clock, loop } = makeLoop(async () => ++passes > 0);
  await loop.start(never);
  await clock.advance(80_000);
  assert.equal(passes, 1);
  await clock.advance(10_000);
  assert.equal(passes, 2);
  await loop.stop();
});

test('loop: passes fail -> come again at growing intervals up to the limit, then back to the refresh', async () => {
  let failing = true;
  const times: number[] = [];
  const { clock, loop } = makeLoop(async () => {
    times.push(clock.monotonicMs());
    return !failing;
  });
  await loop.start(never);
  await clock.advance(60_000);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  assert.deepEqual(gaps.slice(0, 4), [150, 300, 600, 1200]);
  assert.equal(gaps.at(-1), 7500);
  failing = false;
  await clock.advance(7500);
  const after = times.length;
  await clock.advance(60_000);
  assert.equal(times.length, after);
  await loop.stop();
});

test('loop: a pass throws -> the loop lives and comes again', async () => {
  let passes = 0;
  const { clock, loop } = makeLoop(async () => {
    if (++passes === 1) throw new Error('boom');
    return true;
  });
  await loop.start(never);
  await clock.advance(1000);
  assert.equal(passes, 2);
  await loop.stop();
});

test('loop: passAfterNow during a pass -> resolved by the next one, not by the running one', async () => {
  const releases: (() => void)[] = [];
  const { clock, loop } = makeLoop(() => new Promise((resolve) => releases.push(() => resolve(true))));
  await loop.start(never);
  await clock.advance(10);
  let served = false;
  const asked = loop.passAfterNow('all').then(() => {
    served = true;
  });
  releases[0]?.();
  await clock.advance(10);
  assert.equal(served, false);
  releases[1]?.();
  await asked;
  await loop.stop();
});

test('loop: any interleaving of wakes, slow and failing passes -> the last pass sees the last desired state', async () => {
  const event = fc.oneof(
    fc.record({ kind: fc.constant('desire' as const), value: fc.integer() }),
    fc.record({ kind: fc.constant('time' as const), value: fc.integer({ min: 0, max: 400 }) }),
    fc.record({ kind: fc.constant('fail' as const), value: fc.integer({ min: 0, max: 3 }) }),
    fc.record({ kind: fc.constant('drift' as const), value: fc.integer() }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 12 }), async (events) => {
      let [desired, actual, failures, running] = [0, -1, 0, 0];
      const { clock, loop } = makeLoop(async () => {
        assert.equal(++running, 1, 'two passes at once');
        const wanted = desired;
        await clock.sleep(30);
        running--;
        if (failures > 0 && failures-- > 0) return false;
        actual = wanted;
        return true;
      });
      await loop.start(never);
      for (const { kind, value } of events) {
        if (kind === 'time') await clock.advance(value);
        else if (kind === 'fail') failures = value;
        else {
          if (kind === 'desire') desired = value;
          else actual = value;
          loop.wake('all');
        }
      }
      await clock.advance(5000);
      assert.equal(actual, desired);
      void loop.stop();
      await clock.advance(100);
    }),
    { numRuns: 50 },
  );
});
