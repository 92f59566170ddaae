import { Journal, type JournalSnapshot } from '../base/journal.ts';
import { type Cidr, cidrAddress, cidrContains, cidrLength } from '../net/cidr.ts';
import { ipToBigInt } from '../net/ip.ts';

/**
 * Networks of one family, some within others, and those of them that are within none: what an interval set can hold.
 * Changes are gathered until somebody looks.
 */
export class DisjointNetworks {
  readonly #all = new Set<Cidr>();
  readonly #disjoint = new Journal<Cidr>((net) => net);
  /** Of all of them, in order. */
  #sorted: Place[] = [];
  readonly #changed = new Set<Cidr>();

  add(net: Cidr): void {
    this.#all.add(net);
    this.#changed.add(net);
  }

  delete(net: Cidr): void {
    this.#all.delete(net);
    this.#changed.add(net);
  }

  snapshot(): JournalSnapshot<Cidr> {
    if (this.#changed.size > 100) this.#rebuild();
    else for (const net of this.#changed) this.#update(net);
    this.#changed.clear();
    return this.#disjoint.snapshot();
  }

  #rebuild(): void {
    this.#sorted = [...this.#all].map(placeOf).sort(comparePlaces);
    const kept = new Set<Cidr>();
    let last: Cidr | undefined;
    for (const { net } of this.#sorted) {
      if (last !== undefined && cidrContains(last, net)) continue;
      kept.add(net);
      last = net;
    }
    for (const net of [...this.#disjoint.snapshot().values()]) if (!kept.has(net)) this.#disjoint.delete(net);
    for (const net of kept) this.#disjoint.set(net);
  }

  #update(net: Cidr): void {
    const place = placeOf(net);
    const index = this.#indexOf(place);
    const wasThere = this.#sorted[index]?.net === net;
    if (wasThere === this.#all.has(net)) return;
    if (wasThere) this.#sorted.splice(index, 1);
    else this.#sorted.splice(index, 0, place);
    if (this.#outer(index, net)) return;
    if (wasThere) this.#disjoint.delete(net);
    else this.#disjoint.set(net);
    this.#setInner(wasThere ? index : index + 1, net, wasThere);
  }

  /** True when one before it in order, which must be an outer one if any is, contains the network. */
  #outer(index: number, net: Cidr): boolean {
    // Networks are nested or apart, so going back through the siblings' outer ones ends at the outermost that is kept.
    for (let i = index - 1; i >= 0; i--) {
      const before = this.#sorted[i]?.net;
      if (before === undefined) return false;
      if (cidrContains(before, net)) return true;
      if (this.#disjoint.get(before) !== undefined) return false;
    }
    return false;
  }

  /** The outermost networks within one that came or went. */
  #setInner(from: number, net: Cidr, there: boolean): void {
    let last: Cidr | undefined;
    for (let i = from; i < this.#sorted.length; i++) {
      const inner = this.#sorted[i]?.net;
      if (inner === undefined || !cidrContains(net, inner)) return;
      if (last !== undefined && cidrContains(last, inner)) continue;
      last = inner;
      if (there) this.#disjoint.set(inner);
      else this.#disjoint.delete(inner);
    }
  }

  #indexOf(place: Place): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (comparePlaces(this.#sorted[middle] as Place, place) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

interface Place {
  readonly net: Cidr;
  readonly start: bigint;
  readonly length: number;
}

function placeOf(net: Cidr): Place {
  return { net, start: ipToBigInt(cidrAddress(net)), length: cidrLength(net) };
}

function comparePlaces(a: Place, b: Place): number {
  return a.start === b.start ? a.length - b.length : a.start < b.start ? -1 : 1;
}
