import type { BGPConfiguration, BGPPassword, BGPPeer } from '../api/calico-bgp.ts';
import type { Pod } from '../api/core.ts';
import type { Clock } from '../base/clock.ts';
import type { BgpInputs } from '../desired/snapshot.ts';
import type { BgpSecrets, SecretKey } from './bgp-secrets.ts';
import type { Caches } from './caches.ts';

/** What the inputs are read from. */
export interface BgpInputsParts {
  readonly nodeName: string;
  readonly caches: Pick<Caches, 'bgp' | 'pods'>;
  readonly secrets: BgpSecrets;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called on every change that matters to BGP. */
  readonly onChange: () => void;
  /** CALICO_ROUTER_ID. */
  readonly routerId?: string;
}

/** As long as this a session that waits for its password holds back what is new in BGP. */
const secretPatienceMs = 5000;

/**
 * What BGP is computed from, as it is known now. Services and pods, which change all the time in a large cluster, are
 * read only while some resource of BGP asks for them.
 */
export class BgpInputsReader {
  readonly #parts: BgpInputsParts;
  #last: BgpInputs | undefined;
  #waitingSinceMs: number | undefined;

  constructor(parts: BgpInputsParts) {
    this.#parts = parts;
  }

  /** From now on changes are told. */
  start(): void {
    const { caches, onChange } = this.#parts;
    const { bgp, pods } = caches;
    if (bgp === undefined) return;
    for (const cache of [bgp.configurations, bgp.peers, bgp.filters]) cache.onChange(onChange);
    const whenServices = (): void => {
      if (announcesServices(bgp.configurations.items())) onChange();
    };
    bgp.services.onChange(whenServices);
    bgp.endpointSlices.onChange(whenServices);
    pods.onChange(({ object }) => {
      if (this.#isHere(object) && hasWorkloadPeers(bgp.peers.items())) onChange();
    });
  }

  /**
   * What is known now; `undefined` without BGP, and as long as the first look at the Secrets takes: a session must not be
   * taken down because its password is not known yet.
   */
  read(): BgpInputs | undefined {
    const { caches, secrets, routerId } = this.#parts;
    const { bgp, pods } = caches;
    if (bgp === undefined) return undefined;
    const configurations = bgp.configurations.items();
    const peers = bgp.peers.items();
    secrets.follow(secretKeys(configurations, peers));
    if (this.#mustWait()) return this.#last;
    const withServices = announcesServices(configurations);
    this.#last = {
      configurations,
      peers,
      filters: bgp.filters.items(),
      services: withServices ? bgp.services.items() : [],
      endpointSlices: withServices ? bgp.endpointSlices.items() : [],
      pods: hasWorkloadPeers(peers) ? pods.items().filter((pod) => this.#isHere(pod)) : [],
      passwords: secrets.versions(),
      ...(routerId === undefined ? {} : { routerId }),
    };
    return this.#last;
  }

  #isHere({ spec }: Pod): boolean {
    return spec.nodeName === this.#parts.nodeName;
  }

  #mustWait(): boolean {
    const { secrets, clock, signal, onChange } = this.#parts;
    const now = clock.monotonicMs();
    if (secrets.settled) {
      this.#waitingSinceMs = undefined;
      return false;
    }
    if (this.#waitingSinceMs === undefined) {
      this.#waitingSinceMs = now;
      clock.sleep(secretPatienceMs, signal).then(onChange, () => {});
    }
    return now - this.#waitingSinceMs < secretPatienceMs;
  }
}

function announcesServices(configurations: readonly BGPConfiguration[]): boolean {
  return configurations.some(({ spec }) =>
    [spec.serviceClusterIPs, spec.serviceExternalIPs, spec.serviceLoadBalancerIPs].some((list) => list?.length),
  );
}

function hasWorkloadPeers(peers: readonly BGPPeer[]): boolean {
  return peers.some(({ spec }) => spec.localWorkloadSelector !== undefined);
}

function secretKeys(configurations: readonly BGPConfiguration[], peers: readonly BGPPeer[]): readonly SecretKey[] {
  const passwords: readonly (BGPPassword | undefined)[] = [
    ...configurations.map(({ spec }) => spec.nodeMeshPassword),
    ...peers.map(({ spec }) => spec.password),
  ];
  return passwords.flatMap((password) => {
    const { name, key } = password?.secretKeyRef ?? {};
    return name === undefined || key === undefined ? [] : { secret: name, key };
  });
}
