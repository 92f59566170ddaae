import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BirdRoute } from '../bird/bird-route.ts';
import { parseCidr } from '../net/cidr.ts';
import { parseIp } from '../net/ip.ts';
import { mainTable, type Route, routeProtocol } from '../net/route.ts';
import { staleBirdRoutes } from './stale-bird-routes.ts';

const cases: readonly {
  readonly name: string;
  /** `NETWORK METRIC` */
  readonly kernel: readonly string[];
  readonly bird: readonly string[];
  readonly stale: readonly string[];
}[] = [
  { name: 'one route each -> none', kernel: ['10.0.0.0/26 700', '10.0.1.0/26 800'], bird: [], stale: [] },
  {
    name: 'several, one of them with the metric that BIRD has -> the others',
    kernel: ['10.0.0.0/26 700', '10.0.0.0/26 800', '10.0.0.0/26 900', '10.0.1.0/26 700'],
    bird: ['10.0.0.0/26 800', '10.0.1.0/26 800'],
    stale: ['10.0.0.0/26 700', '10.0.0.0/26 900'],
  },
  {
    name: 'two, BIRD has not yet written its own -> none',
    kernel: ['10.0.0.0/26 700', '10.0.0.0/26 800'],
    bird: ['10.0.0.0/26 900'],
    stale: [],
  },
  { name: 'two, BIRD has none -> none', kernel: ['10.0.0.0/26 700', '10.0.0.0/26 800'], bird: [], stale: [] },
  {
    name: 'IPv6 -> the same',
    kernel: ['fd00::/122 1024', 'fd00::/122 2000'],
    bird: ['fd00::/122 2000'],
    stale: ['fd00::/122 1024'],
  },
];

for (const { name, kernel, bird, stale } of cases) {
  test(`stale routes of BIRD: ${name}`, () => {
    const found = staleBirdRoutes(kernel.map(kernelRoute), bird.map(birdRoute));
    assert.deepEqual(
      found.map(({ destination, metric }) => `${destination} ${metric}`),
      stale,
    );
  });
}

function kernelRoute(text: string): Route {
  const [network = '', metric] = text.split(' ');
  return {
    ...{ destination: parseCidr(network), kind: 'unicast', protocol: routeProtocol.bird, scope: 'universe' },
    ...{ nextHops: [{ device: 'eth0', via: parseIp('192.0.2.1') }], metric: Number(metric), table: mainTable },
  };
}

function birdRoute(text: string): BirdRoute {
  const [network = '', metric] = text.split(' ');
  return {
    ...{ table: 'master4', destination: parseCidr(network), kind: 'unicast', protocol: 'Mesh', since: '', best: true },
    ...{ preference: 100, nextHops: [], communities: [], kernelMetric: Number(metric) },
  };
}
