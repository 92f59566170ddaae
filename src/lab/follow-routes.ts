import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { errorText } from '../base/errors.ts';
import { systemClock } from '../datastore/system-clock.ts';
import { NetlinkSocket } from '../host/netlink-socket.ts';
import { deleteRoute, listRoutes, replaceRoute } from '../host/routes.ts';
import { cidrFamily } from '../net/cidr.ts';
import { mainTable, type Route } from '../net/route.ts';
import { LearnedRoutes, type RouteChange } from './learned-routes.ts';
import { parseExabgpLine } from './parse-exabgp-line.ts';
import { parseGobgpLine } from './parse-gobgp-line.ts';
import { runCaptured } from './run-captured.ts';
import { readCommandLine, usageError } from './usage.ts';

/** RTPROT_BGP of linux/rtnetlink.h. */
const bgpProtocol = 186;

/**
 * `weft lab follow-routes`: writes what a BGP speaker without a routing table of its own learns into the kernel.
 * ExaBGP starts it and talks to its stdin; GoBGP is asked. Started by `lab up` in a router's place.
 */
export async function runFollowRoutes(argv: readonly string[]): Promise<number> {
  const { values } = readCommandLine(argv, {
    software: { type: 'string' },
    announce: { type: 'string', multiple: true },
  });
  switch (values.software) {
    case 'exabgp':
      await follow(process.stdin, parseExabgpLine);
      return 0;
    case 'gobgp': {
      for (const network of values.announce ?? []) await announceByGobgp(network);
      const monitor = spawn('gobgp', ['monitor', 'global', 'rib', '--current', '-j'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await follow(monitor.stdout, parseGobgpLine);
      return 1;
    }
    default:
      throw usageError(`--software is "${values.software}", exabgp or gobgp needed`);
  }
}

/** Its configuration file has no place for own networks. Waits until the daemon answers. */
async function announceByGobgp(network: string): Promise<void> {
  const family = network.includes(':') ? 'ipv6' : 'ipv4';
  for (;;) {
    const { status, stdout } = await runCaptured(['gobgp', 'global', 'rib', 'add', '-a', family, network]);
    if (status === 0 && !stdout.includes('error')) return;
    await systemClock.sleep(100);
  }
}

async function follow(input: Readable, parse: typeof parseGobgpLine): Promise<void> {
  const socket = NetlinkSocket.open();
  // Of a run before this one; the speaker tells everything again.
  for (const route of listRoutes(socket)) if (route.protocol === bgpProtocol) deleteRoute(socket, route);
  const learned = new LearnedRoutes();
  for await (const line of createInterface({ input })) {
    try {
      for (const news of parse(line)) for (const change of learned.apply(news)) write(socket, change);
    } catch (error) {
      process.stderr.write(`${errorText(error)}: ${line.slice(0, 500)}\n`);
    }
  }
}

function write(socket: NetlinkSocket, { network, nextHop }: RouteChange): void {
  const route: Route = {
    destination: network,
    kind: 'unicast',
    nextHops: nextHop === undefined ? [] : [{ via: nextHop }],
    protocol: bgpProtocol,
    scope: 'universe',
    metric: cidrFamily(network) === 4 ? 0 : 1024,
    table: mainTable,
  };
  if (nextHop === undefined) deleteRoute(socket, route);
  else replaceRoute(socket, route);
}
