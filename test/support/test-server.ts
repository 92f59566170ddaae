import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApiServer } from '../../src/apiserver/server.ts';
import { fixedCredentials } from '../../src/datastore/connection.ts';
import { HttpCluster } from '../../src/datastore/http-cluster.ts';

/** An API server on a socket of its own, with nothing in it but what it makes itself. */
export interface TestServer {
  /** Another client of it. */
  connect(): HttpCluster;
  /** Ends its clients, too: last of all that a test ends. */
  stop(): Promise<void>;
}

/** Starts one. */
export async function startTestServer(): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'weft-server-'));
  const path = join(directory, 'api.sock');
  const server = await startApiServer({ data: join(directory, 'db'), listen: [{ unix: path }] });
  const target = { server: { kind: 'unix', path }, namespace: 'default', source: 'test' } as const;
  const clients: HttpCluster[] = [];
  return {
    connect() {
      const client = new HttpCluster({ ...target, credentials: fixedCredentials({}) });
      clients.push(client);
      return client;
    },
    async stop() {
      for (const client of clients) client.close();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
