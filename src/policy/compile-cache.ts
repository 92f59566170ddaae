import { addTo, deleteFrom } from '../base/map-of-sets.ts';
import type { RuleList, RuleLists } from './compile-list.ts';
import { type CompiledPolicy, compilePolicy, ownPortsText } from './compile-policy.ts';
import type { Direction } from './direction.ts';
import type { NormalPolicy } from './normal-policy.ts';
import type { NamedPort } from './policy-input.ts';
import type { RuleIdentity } from './policy-state.ts';

/**
 * The policies that endpoints have, compiled once for all of them. What has been replaced keeps its lists until
 * {@link sweep}, so that walks which need them again do not build them anew.
 */
export class CompileCache {
  readonly #lists: RuleLists;
  readonly #policies = new Map<string, Cached>();
  readonly #users = new Map<RuleList, Set<string>>();
  readonly #replaced: CompiledPolicy[] = [];

  constructor(lists: RuleLists) {
    this.#lists = lists;
  }

  /** @param ownPorts of the endpoint; absent: ports that ingress rules name are looked up by address */
  get(
    key: string,
    policy: NormalPolicy,
    direction: Direction,
    ownPorts: readonly NamedPort[] | undefined,
  ): CompiledPolicy {
    const cached = this.#policies.get(key) ?? this.#make(key);
    const ports = ownPorts === undefined ? 'any' : ownPortsText(policy, direction, ownPorts);
    const variant = `${direction} ${ports}`;
    const before = cached.variants.get(variant);
    if (before !== undefined) return before;
    const compiled = compilePolicy(policy, direction, ownPorts, this.#lists, (identity) => intern(cached, identity));
    cached.variants.set(variant, compiled);
    for (const list of compiled.lists) addTo(this.#users, list, key);
    return compiled;
  }

  /** Forgets what was compiled of a policy: it has changed, or the shape of one of its lists. */
  drop(key: string): void {
    const cached = this.#policies.get(key);
    if (cached === undefined) return;
    for (const compiled of cached.variants.values()) {
      this.#replaced.push(compiled);
      for (const list of compiled.lists) deleteFrom(this.#users, list, key);
    }
    cached.variants.clear();
  }

  /** Keys of the policies that use a list. */
  usersOf(list: RuleList): readonly string[] {
    return [...(this.#users.get(list) ?? [])];
  }

  /** Closes the lists of what was dropped, and forgets policies that nobody has any more. */
  sweep(isActive: (key: string) => boolean, touched: Iterable<string>): void {
    for (const key of touched) {
      if (isActive(key)) {
        this.#forgetRules(key);
      } else {
        this.drop(key);
        this.#policies.delete(key);
      }
    }
    for (const { lists } of this.#replaced) for (const list of lists) this.#lists.close(list);
    this.#replaced.length = 0;
  }

  /** Rules that a policy no longer has. */
  #forgetRules(key: string): void {
    const cached = this.#policies.get(key);
    if (cached === undefined) return;
    const rules = [...cached.variants.values()].flatMap((compiled) => compiled.rules.map(({ rule }) => rule));
    const kept = new Set(rules);
    for (const [text, identity] of cached.identities) if (!kept.has(identity)) cached.identities.delete(text);
  }

  #make(key: string): Cached {
    const cached: Cached = { variants: new Map(), identities: new Map() };
    this.#policies.set(key, cached);
    return cached;
  }
}

interface Cached {
  readonly variants: Map<string, CompiledPolicy>;
  /** By text: equal rules are the same object, also after a change of the policy. */
  readonly identities: Map<string, RuleIdentity>;
}

function intern({ identities }: Cached, identity: RuleIdentity): RuleIdentity {
  const text = JSON.stringify(identity);
  const known = identities.get(text);
  if (known !== undefined) return known;
  identities.set(text, identity);
  return identity;
}
