import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { type JsonRecord, recordAt, valueAt } from '../json.ts';
import { definitionsPath, testDefinition } from '../testing/definition.ts';
import { startTestServer, type TestServer } from '../testing/test-client.ts';

let api: TestServer;
const seed = 20_264;
const things = '/apis/example.com/v1/namespaces/default/things';
let count = 0;

before(async () => {
  api = await startTestServer();
  const item = {
    type: 'object',
    properties: { name: { type: 'string' }, size: { type: 'integer' }, on: { type: 'boolean' } },
  };
  const parts = { type: 'array', items: item, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] };
  const tags = { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' };
  const all = { type: 'object', properties: { whole: { type: 'string' } }, 'x-kubernetes-map-type': 'atomic' };
  const text = { type: 'string' };
  const map = { type: 'object', additionalProperties: text };
  const spec = {
    type: 'object',
    properties: { a: text, b: text, c: { type: 'object', properties: { d: text, e: text } }, parts, tags, all, map },
  };
  const definition = testDefinition('example.com', 'Thing', { properties: { spec } }, { scope: 'Namespaced' });
  const { status, body } = await api.call('POST', definitionsPath, definition);
  assert.equal(status, 201, JSON.stringify(body));
});
after(() => api.stop());

const letters = fc.constantFrom('x', 'y', 'z');
const parts = fc.uniqueArray(
  fc.record({ name: letters, size: fc.integer({ min: 0, max: 3 }), on: fc.boolean() }, { requiredKeys: ['name'] }),
  { selector: (part) => part.name, minLength: 1 },
);
/** Every field of it can be given or left out. */
const specs = fc
  .record(
    {
      a: letters,
      b: letters,
      c: fc.record({ d: letters, e: letters }, { requiredKeys: ['d'] }),
      parts,
      tags: fc.uniqueArray(letters, { minLength: 1 }),
      all: fc.record({ whole: letters }),
      map: fc.dictionary(letters, letters, { minKeys: 1 }),
    },
    { requiredKeys: [] },
  )
  .map(plain);

/** Without the null prototypes of generated records. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

function apply(name: string, manager: string, spec: object, query = '') {
  const config = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name }, spec };
  return api.call('PATCH', `${things}/${name}?fieldManager=${manager}${query}`, config, 'application/apply-patch+yaml');
}
const nextName = () => `thing-${count++}`;
const specOf = (body: JsonRecord) => recordAt(body, 'spec') ?? {};

test('apply: the same again -> the same object, byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(specs, specs, async (first, spec) => {
      const name = nextName();
      await apply(name, 'one', first);
      const { body } = await apply(name, 'one', spec);
      assert.deepEqual((await apply(name, 'one', spec)).body, body);
    }),
    { seed, numRuns: 60 },
  );
});

test('apply: one applier alone -> the object is what it said last', async () => {
  await fc.assert(
    fc.asyncProperty(specs, specs, async (first, spec) => {
      const name = nextName();
      await apply(name, 'one', first);
      const { body } = await apply(name, 'one', spec);
      const tags = (value: object) => ({
        ...value,
        ...('tags' in value && Array.isArray(value.tags) && { tags: value.tags.toSorted() }),
      });
      assert.deepEqual(tags(specOf(body)), tags(spec));
    }),
    { seed, numRuns: 100 },
  );
});

test('apply: a field left out -> exactly that field goes', async () => {
  await fc.assert(
    fc.asyncProperty(specs, fc.constantFrom('a', 'b', 'c', 'parts', 'tags', 'all', 'map'), async (spec, field) => {
      const name = nextName();
      await apply(name, 'one', spec);
      const { [field]: _left, ...rest } = spec as JsonRecord;
      assert.deepEqual(specOf((await apply(name, 'one', rest)).body), rest);
    }),
    { seed, numRuns: 60 },
  );
});

test('apply: two appliers of different fields -> no conflict, and either can leave without harm to the other', async () => {
  await fc.assert(
    fc.asyncProperty(specs, specs, async (one, two) => {
      const name = nextName();
      const [mine, theirs]: [JsonRecord, JsonRecord] = [{ ...one }, { ...two }];
      for (const field of ['a', 'c', 'all', 'parts']) delete theirs[field];
      for (const field of ['b', 'tags', 'map']) delete mine[field];
      assert.ok((await apply(name, 'one', mine)).status < 300);
      const { status, body } = await apply(name, 'two', theirs);
      assert.deepEqual([status, specOf(body)], [200, { ...mine, ...theirs }]);
      assert.deepEqual(specOf((await apply(name, 'one', {})).body), theirs);
    }),
    { seed, numRuns: 60 },
  );
});

test("apply: two appliers of anything -> a conflict exactly when they disagree; force makes it the second one's", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(letters, letters).map(plain),
      fc.dictionary(letters, letters).map(plain),
      async (one, two) => {
        const name = nextName();
        await apply(name, 'one', { map: one });
        const { status } = await apply(name, 'two', { map: two });
        const disagree = Object.keys(two).some((key) => one[key] !== undefined && one[key] !== two[key]);
        assert.equal(status, disagree ? 409 : 200);
        const forced = await apply(name, 'two', { map: two }, '&force=true');
        assert.deepEqual({ ...recordAt(forced.body, 'spec', 'map') }, { ...one, ...two });
        const left = await apply(name, 'one', { map: {} });
        assert.deepEqual(
          { ...recordAt(left.body, 'spec', 'map') },
          two,
          JSON.stringify(valueAt(left.body, 'metadata')),
        );
      },
    ),
    { seed, numRuns: 80 },
  );
});
