import type { LabRouter } from './lab-router.ts';
import { birdRouterConfig } from './router-bird.ts';
import { exabgpRouterConfig } from './router-exabgp.ts';
import { frrRouterConfig } from './router-frr.ts';
import { gobgpRouterConfig } from './router-gobgp.ts';

/** Where a router finds its files, as it sees them. */
export const routerDirectory = '/run/router';

/** What a router runs: its files in {@link routerDirectory}, the programs in it, and what prepares its place. */
export interface RouterPrograms {
  readonly files: Readonly<Record<string, string>>;
  /** One line of shell each, run once before the programs. */
  readonly preparation: readonly string[];
  /** Kept running; the key is the name of the log file. */
  readonly programs: Readonly<Record<string, readonly string[]>>;
}

/**
 * Files and command lines of a router.
 *
 * @param weft the command that starts this program
 */
export function routerPrograms(router: LabRouter, weft: string): RouterPrograms {
  const follower = [weft, 'lab', 'follow-routes', '--software', router.software];
  switch (router.software) {
    case 'bird':
      return birdPrograms(birdRouterConfig(router, '2'));
    case 'bird1':
      return birdPrograms(birdRouterConfig(router, '1.6'));
    case 'frr':
      return frrPrograms(router);
    case 'gobgp':
      return {
        files: { 'gobgpd.toml': gobgpRouterConfig(router) },
        preparation: [],
        programs: {
          gobgpd: ['gobgpd', '-t', 'toml', '-f', `${routerDirectory}/gobgpd.toml`, '--api-hosts', '127.0.0.1:50051'],
          follower: [...follower, ...router.announce.flatMap((cidr) => ['--announce', cidr])],
        },
      };
    case 'exabgp':
      return {
        files: { 'exabgp.conf': exabgpRouterConfig(router, follower) },
        preparation: [],
        programs: {
          exabgp: [
            ...['env', 'exabgp.daemon.user=root', 'exabgp.api.cli=false', 'exabgp.log.level=INFO'],
            // Its own start script names the interpreter it was built for.
            ...['python3', '-m', 'exabgp', `${routerDirectory}/exabgp.conf`],
          ],
        },
      };
  }
}

/** The control socket is where birdc looks for it. */
function birdPrograms(config: string): RouterPrograms {
  const socket = '/run/bird/bird.ctl';
  return {
    files: { 'bird.conf': config },
    preparation: ['mkdir -p /run/bird'],
    programs: { bird: ['bird', '-f', '-c', `${routerDirectory}/bird.conf`, '-s', socket] },
  };
}

/** A daemon that does not find zebra when it starts tries again only after ten seconds. */
function afterZebra(command: readonly string[]): readonly string[] {
  return ['sh', '-c', 'while [ ! -S /run/frr/zserv.api ]; do sleep 0.05; done; exec "$@"', 'after-zebra', ...command];
}

/** FRR's daemons want a group of their own even when they run as root; vtysh would ask for a password. */
function frrPrograms(router: LabRouter): RouterPrograms {
  const daemon = (name: string) => [
    name,
    ...['-u', 'root', '-g', 'root', '-A', '127.0.0.1'],
    '-f',
    `${routerDirectory}/${name}.conf`,
  ];
  return {
    files: {
      'zebra.conf': `hostname ${router.name}\nlog stdout\n`,
      'bgpd.conf': frrRouterConfig(router),
      'bfdd.conf': '',
    },
    preparation: [
      'mkdir -p /run/frr /etc/frr',
      'grep -q "^frrvty:" /etc/group || echo frrvty:x:85:root >> /etc/group',
      'echo "username root nopassword" > /etc/frr/vtysh.conf',
    ],
    programs: {
      zebra: daemon('zebra'),
      bgpd: afterZebra(daemon('bgpd')),
      ...(router.bfd ? { bfdd: afterZebra(daemon('bfdd')) } : {}),
    },
  };
}
