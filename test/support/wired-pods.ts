import assert from 'node:assert/strict';
import type { Server } from 'node:net';
import { pods } from '../../src/api/kinds.ts';
import { canConnect, listenIn } from './pod-connections.ts';
import type { TestNode } from './test-node.ts';

interface Place {
  readonly netns: string;
  readonly ip: string;
}

/** Pods of a test node by name; each serves TCP ports 80 and 81. */
export class WiredPods {
  readonly #node: TestNode;
  readonly #places = new Map<string, Place>();
  readonly #servers: Server[] = [];

  constructor(node: TestNode) {
    this.#node = node;
  }

  /** In the API only. */
  async make(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    const spec = { nodeName: 'node1', containers: [{ name: 'main', image: 'nginx' }] };
    await this.#node.cluster.create(pods, { metadata: { name, namespace: 'default', labels }, spec });
  }

  /** ADD. */
  async wire(name: string): Promise<void> {
    const netns = this.#node.netns(name);
    const result = await this.#node.add(name, `id-${name}`, netns);
    this.#places.set(name, { netns, ip: result.ips[0]?.address.split('/')[0] ?? '' });
    for (const port of [80, 81]) this.#servers.push(listenIn(netns, port));
  }

  at(name: string): Place {
    const place = this.#places.get(name);
    assert.ok(place, name);
    return place;
  }

  reaches(from: string, to: string, port: number, withinMs?: number): Promise<boolean> {
    return canConnect(this.at(from).netns, this.at(to).ip, port, withinMs);
  }

  close(): void {
    for (const server of this.#servers) server.close();
  }
}
