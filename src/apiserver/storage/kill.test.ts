import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { type JsonRecord, recordsAt, stringAt, valueAt } from '../json.ts';
import { createTestClient } from '../testing/test-client.ts';

const directory = mkdtempSync(join(tmpdir(), 'weft-kill-'));
const socket = join(directory, 'api.sock');
const path = '/api/v1/namespaces/default/configmaps';
const children = new Set<ChildProcess>();
after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

/** A server of its own process; resolves when it says that it is ready. */
async function startServer(): Promise<ChildProcess> {
  const program = new URL('../program.ts', import.meta.url).href;
  const code = `process.exit(await (await import(${JSON.stringify(program)})).run(process.argv.slice(1)))`;
  const flags = ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', code, '--'];
  const data = ['--data', join(directory, 'api.db'), '--unix', socket];
  const child = spawn(process.execPath, [...flags, ...data], { stdio: ['ignore', 'ignore', 'pipe'] });
  children.add(child);
  assert.ok(child.stderr);
  const lines = createInterface({ input: child.stderr });
  for await (const line of lines) if (line.includes('"ready"')) break;
  child.stderr.resume();
  return child;
}

interface Acknowledged {
  value: number;
  version: number;
}

/** Writers that create and update their own objects one after the other until the server dies. */
async function load(
  round: number,
  acknowledged: Map<string, Acknowledged>,
  sent: Map<string, number>,
  onWrite: () => void,
) {
  const client = createTestClient(socket);
  const writer = async (id: number) => {
    for (let i = 0; ; i++) {
      const name = `w${id}-${i % 20}`;
      const value = round * 1_000_000 + i;
      const body = { metadata: { name }, data: { value: String(value), filler: 'x'.repeat(300) } };
      const known = acknowledged.has(name) || sent.has(name);
      sent.set(name, value);
      try {
        let answer = await client.call(known ? 'PUT' : 'POST', known ? `${path}/${name}` : path, body);
        if (answer.status === 404) answer = await client.call('POST', path, body);
        assert.ok(answer.status === 200 || answer.status === 201, JSON.stringify(answer.body));
        acknowledged.set(name, { value, version: Number(valueAt(answer.body, 'metadata', 'resourceVersion')) });
        onWrite();
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: 16 }, (_, id) => writer(id)));
  client.close();
}

/** Follows a watch from `version` until the server dies; applies every event to `state`. */
async function follow(version: string, state: Map<string, string>): Promise<string> {
  const client = createTestClient(socket);
  const watch = await client.watch(`${path}?watch=1&resourceVersion=${version}`);
  await watch.ended;
  client.close();
  return applyEvents(watch.lines, state, version);
}

function applyEvents(
  lines: readonly { type: string; object: JsonRecord }[],
  state: Map<string, string>,
  from: string,
): string {
  let last = Number(from);
  for (const { type, object } of lines) {
    const version = Number(valueAt(object, 'metadata', 'resourceVersion'));
    const name = stringAt(object, 'metadata', 'name') ?? '';
    assert.ok(version > last, `event ${version} after ${last}`);
    assert.equal(type, state.has(name) ? 'MODIFIED' : 'ADDED', name);
    state.set(name, stringAt(object, 'data', 'value') ?? '');
    last = version;
  }
  return String(last);
}

test('SIGKILL under write load, three times: nothing acknowledged is lost, the watch resumes without gap', async () => {
  const acknowledged = new Map<string, Acknowledged>();
  const sent = new Map<string, number>();
  const state = new Map<string, string>();
  let version = '';
  for (const [round, killAfter] of [150, 400, 777].entries()) {
    const child = await startServer();
    const client = createTestClient(socket);
    const found = (await client.call('GET', path)).body;
    client.close();
    checkState(found, acknowledged, sent);
    if (version === '') version = stringAt(found, 'metadata', 'resourceVersion') ?? '';
    const following = follow(version, state);
    let writes = 0;
    const loading = load(round, acknowledged, sent, () => {
      writes += 1;
      if (writes === killAfter) child.kill('SIGKILL');
    });
    await once(child, 'exit');
    await loading;
    version = await following;
    assert.ok(writes >= killAfter);
  }
  const child = await startServer();
  const client = createTestClient(socket);
  const found = (await client.call('GET', path)).body;
  checkState(found, acknowledged, sent);
  const watch = await client.watch(`${path}?watch=1&resourceVersion=${version}&timeoutSeconds=1`);
  await watch.ended;
  applyEvents(watch.lines, state, version);
  const listed = new Map(
    recordsAt(found, 'items').map((item) => [
      stringAt(item, 'metadata', 'name') ?? '',
      stringAt(item, 'data', 'value') ?? '',
    ]),
  );
  assert.deepEqual(new Map([...state].sort()), new Map([...listed].sort()));
  client.close();
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

/** Every acknowledged write is there, or a later one of the same writer that was sent and not answered. */
function checkState(list: JsonRecord, acknowledged: Map<string, Acknowledged>, sent: Map<string, number>): void {
  const items = new Map(recordsAt(list, 'items').map((item) => [stringAt(item, 'metadata', 'name'), item]));
  for (const [name, { value, version }] of acknowledged) {
    const item = items.get(name);
    assert.ok(item, `acknowledged object ${name} is lost`);
    const found = Number(valueAt(item, 'data', 'value'));
    assert.ok(found === value || found === sent.get(name), `${name} has ${found}, acknowledged ${value}`);
    assert.ok(Number(valueAt(item, 'metadata', 'resourceVersion')) >= version);
  }
}
