import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { diff } from './diff.ts';
import { isConverged, totalChanges } from './outcome.ts';
import { runPlan } from './plan.ts';
import { reconcile } from './reconcile.ts';
import type { Changes, Resource } from './resource.ts';
import { step } from './step.ts';

interface Item {
  readonly name: string;
  readonly value: number;
}

/** A kernel in memory: keys that refuse, keys that need a key of another kernel, a journal of writes. */
class MemoryKernel implements Resource<Item> {
  readonly name: string;
  readonly items = new Map<string, number>();
  readonly refuses = new Set<string>();
  readonly needs = new Map<string, () => boolean>();
  readonly journal: string[];
  listFails = false;
  ignoresWrites = false;

  constructor(name: string, journal: string[] = []) {
    this.name = name;
    this.journal = journal;
  }

  key(item: Item): string {
    return item.name;
  }

  equal(a: Item, b: Item): boolean {
    return a.value === b.value;
  }

  async list(): Promise<Item[]> {
    if (this.listFails) throw new Error('cannot list');
    return [...this.items].map(([name, value]) => ({ name, value }));
  }

  async apply(changes: Changes<Item>): Promise<Map<string, Error>> {
    const failed = new Map<string, Error>();
    const write = (item: Item, verb: string): boolean => {
      if (this.refuses.has(item.name) || this.needs.get(item.name)?.() === false) {
        failed.set(item.name, new Error(`refused ${item.name}`));
        return false;
      }
      this.journal.push(`${verb} ${this.name}/${item.name}`);
      return !this.ignoresWrites;
    };
    for (const item of changes.create) if (write(item, '+')) this.items.set(item.name, item.value);
    for (const { to } of changes.update) if (write(to, '~')) this.items.set(to.name, to.value);
    for (const item of changes.remove) if (write(item, '-')) this.items.delete(item.name);
    return failed;
  }
}

const signal = new AbortController().signal;
const item = (name: string, value = 1): Item => ({ name, value });

test('diff: actual differs in every way -> create and update in order of desired, remove in reverse of actual', () => {
  const kernel = new MemoryKernel('route');
  const changes = diff(kernel, [item('a'), item('b', 2), item('c')], [item('x'), item('b', 1), item('y'), item('c')]);
  assert.deepEqual(changes.create, [item('a')]);
  assert.deepEqual(changes.update, [{ from: item('b', 1), to: item('b', 2) }]);
  assert.deepEqual(changes.remove, [item('y'), item('x')]);
});

test('diff: two desired values with one key -> RECONCILE_DUPLICATE_KEY that names it', () => {
  assert.throws(() => diff(new MemoryKernel('route'), [item('a'), item('a', 2)], []), /route "a": wanted twice/);
});

test('reconcile: second pass -> changes nothing', async () => {
  const kernel = new MemoryKernel('route');
  kernel.items.set('old', 1);
  const first = await reconcile(kernel, [item('a'), item('b')], signal);
  assert.deepEqual(first.changed.get('route'), { created: 2, updated: 0, removed: 1 });
  assert.ok(isConverged(first));
  assert.equal(totalChanges(await reconcile(kernel, [item('a'), item('b')], signal)), 0);
});

test('reconcile: one key refused -> its neighbours are applied, the failure names the key', async () => {
  const kernel = new MemoryKernel('route');
  kernel.refuses.add('bad');
  const outcome = await reconcile(kernel, [item('a'), item('bad'), item('c')], signal);
  assert.deepEqual([...kernel.items.keys()], ['a', 'c']);
  assert.deepEqual(
    outcome.failures.map(({ resource, key }) => `${resource}/${key}`),
    ['route/bad'],
  );
  assert.deepEqual(outcome.drift, []);
});

test('reconcile: writes accepted but without effect -> drift, not an endless loop', async () => {
  const kernel = new MemoryKernel('sysctl');
  kernel.ignoresWrites = true;
  const outcome = await reconcile(kernel, [item('a')], signal);
  assert.deepEqual(outcome.drift, [{ resource: 'sysctl', key: 'a' }]);
});

test('plan: create forwards, remove backwards over the resources', async () => {
  const journal: string[] = [];
  const [links, routes] = [new MemoryKernel('link', journal), new MemoryKernel('route', journal)];
  links.items.set('old', 1);
  routes.items.set('old', 1);
  await runPlan([step(links, [item('new')]), step(routes, [item('new')])], signal);
  assert.deepEqual(journal, ['+ link/new', '+ route/new', '- route/old', '- link/old']);
});

test('plan: a value needs a later step -> served by the next round of the same pass', async () => {
  const [sysctls, links] = [new MemoryKernel('sysctl'), new MemoryKernel('link')];
  sysctls.needs.set('vxlan.calico', () => links.items.has('vxlan.calico'));
  const outcome = await runPlan([step(sysctls, [item('vxlan.calico')]), step(links, [item('vxlan.calico')])], signal);
  assert.ok(isConverged(outcome));
  assert.ok(sysctls.items.has('vxlan.calico'));
});

test('plan: one resource cannot be listed -> the others converge, the failure has no key', async () => {
  const [broken, routes] = [new MemoryKernel('fdb'), new MemoryKernel('route')];
  broken.listFails = true;
  const outcome = await runPlan([step(broken, [item('a')]), step(routes, [item('a')])], signal);
  assert.ok(routes.items.has('a'));
  assert.deepEqual(
    outcome.failures.map(({ resource, key }) => [resource, key]),
    [['fdb', '']],
  );
});

test('plan: gate cannot be created -> later steps create nothing but still remove; update failure leaves it open', async () => {
  const [nft, routes] = [new MemoryKernel('nft'), new MemoryKernel('route')];
  nft.refuses.add('table');
  routes.items.set('old', 1);
  const closed = await runPlan([step(nft, [item('table')], { gate: true }), step(routes, [item('new')])], signal);
  assert.deepEqual([...routes.items.keys()], []);
  assert.match(
    closed.failures.find(({ resource }) => resource === 'route')?.error.message ?? '',
    /nft is not in place/,
  );
  nft.items.set('table', 0);
  await runPlan([step(nft, [item('table', 5)], { gate: true }), step(routes, [item('new')])], signal);
  assert.deepEqual([...routes.items.keys()], ['new']);
});

test('plan: only some steps asked for, nothing differs there -> the others are not even listed', async () => {
  const [nft, routes] = [new MemoryKernel('nft'), new MemoryKernel('route')];
  routes.listFails = true;
  const outcome = await runPlan([step(nft, []), step(routes, [])], signal, { only: new Set(['nft']) });
  assert.ok(isConverged(outcome));
});

test('plan: a change that affects others in a pass over one step -> the others are looked at, too', async () => {
  const [links, routes] = [new MemoryKernel('link'), new MemoryKernel('route')];
  await runPlan([step(links, [item('a')]), step(routes, [item('r')])], signal, { only: new Set(['link']) });
  assert.ok(routes.items.has('r'));
});

test('plan: a change that affects nobody -> only its own step is looked at again', async () => {
  const [nft, routes] = [new MemoryKernel('nft'), new MemoryKernel('route')];
  routes.listFails = true;
  const steps = [step(nft, [item('a')], { affectsOthers: false }), step(routes, [item('r')])];
  const outcome = await runPlan(steps, signal, { only: new Set(['nft']) });
  assert.ok(isConverged(outcome) && nft.items.has('a'));
});

const arbitraryItems = fc.uniqueArray(
  fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.integer({ min: 0, max: 2 }) }),
  { selector: ({ name }) => name },
);

test('plan: any actual, any desired, any refusals -> all that can be is as desired, then all once nothing refuses', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(arbitraryItems, arbitraryItems, fc.subarray<string>(['a', 'b', 'c', 'd'])), {
        minLength: 1,
        maxLength: 4,
      }),
      async (world) => {
        const kernels = world.map(([actual, , refused], index) => {
          const kernel = new MemoryKernel(`kind${index}`);
          for (const { name, value } of actual) kernel.items.set(name, value);
          for (const name of refused) kernel.refuses.add(name);
          return kernel;
        });
        const steps = kernels.map((kernel, index) => step(kernel, world[index]?.[1] ?? []));
        const outcome = await runPlan(steps, signal);
        const failed = new Set(outcome.failures.map(({ resource, key }) => `${resource}/${key}`));
        kernels.forEach((kernel, index) => {
          const wanted = new Map<string, number>((world[index]?.[1] ?? []).map(({ name, value }) => [name, value]));
          for (const name of ['a', 'b', 'c', 'd']) {
            const agrees = kernel.items.get(name) === wanted.get(name);
            assert.equal(agrees, !failed.has(`${kernel.name}/${name}`), `${kernel.name}/${name}`);
          }
          kernel.refuses.clear();
        });
        assert.ok(isConverged(await runPlan(steps, signal)));
      },
    ),
  );
});
