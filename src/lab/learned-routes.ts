import type { Cidr } from '../net/cidr.ts';
import { compareIps, type Ip } from '../net/ip.ts';
import type { RouteNews, RoutePath } from './route-news.ts';

/** A route to write, or to take away when there is no next hop any more. */
export interface RouteChange {
  readonly network: Cidr;
  readonly nextHop: Ip | undefined;
}

/** What peers have announced, and the best way to each network: the shortest path, then the lowest next hop. */
export class LearnedRoutes {
  readonly #paths = new Map<Cidr, Map<string, RoutePath>>();

  /** Takes news in and tells what changes by it. */
  apply(news: RouteNews): readonly RouteChange[] {
    const networks = news.kind === 'peer lost' ? [...this.#paths.keys()] : [news.network];
    return networks.flatMap((network) => {
      const before = this.#best(network)?.nextHop;
      const paths = this.#paths.get(network) ?? new Map<string, RoutePath>();
      if (news.kind === 'announce') paths.set(news.peer, news.path);
      else paths.delete(news.peer);
      if (paths.size === 0) this.#paths.delete(network);
      else this.#paths.set(network, paths);
      const after = this.#best(network)?.nextHop;
      return before === after ? [] : [{ network, nextHop: after }];
    });
  }

  #best(network: Cidr): RoutePath | undefined {
    const paths = [...(this.#paths.get(network)?.values() ?? [])];
    return paths.sort((a, b) => a.length - b.length || compareIps(a.nextHop, b.nextHop))[0];
  }
}
