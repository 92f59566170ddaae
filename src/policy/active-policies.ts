import { addTo, deleteFrom } from '../base/map-of-sets.ts';
import { LabelIndex } from '../selector/label-index.ts';
import type { Labels } from '../selector/selector.ts';
import type { NormalPolicy } from './normal-policy.ts';

/** Which policies are for which of this node's endpoints. */
export class ActivePolicies {
  readonly #onChange: (endpoint: string, policy: string) => void;
  readonly #policies = new Map<string, NormalPolicy>();
  readonly #endpoints = new Set<string>();
  readonly #byEndpoint = new Map<string, Set<string>>();
  /** Keys of the policies that any endpoint has. */
  readonly #active = new Set<string>();
  readonly #index = new LabelIndex<string>((policy, endpoint, matches) => this.#note(policy, endpoint, matches));

  /** @param onChange hears the key of an endpoint that gets, loses or has a changed policy, and the policy's */
  constructor(onChange: (endpoint: string, policy: string) => void) {
    this.#onChange = onChange;
  }

  /** Adds or replaces a policy. */
  set(key: string, policy: NormalPolicy): void {
    this.#policies.set(key, policy);
    for (const endpoint of this.#index.itemsOf(key)) this.#onChange(endpoint, key);
    this.#index.setSelector(key, policy.selector);
  }

  delete(key: string): void {
    this.#index.deleteSelector(key);
    this.#policies.delete(key);
  }

  get(key: string): NormalPolicy | undefined {
    return this.#policies.get(key);
  }

  /** Adds an endpoint, or gives it other labels; `undefined` takes it away. */
  setEndpoint(endpoint: string, labels: Labels | undefined): void {
    if (labels === undefined) {
      this.#endpoints.delete(endpoint);
      this.#index.deleteItem(endpoint);
    } else {
      this.#endpoints.add(endpoint);
      this.#index.setItem(endpoint, labels);
    }
  }

  /** True for an endpoint that was given labels. */
  has(endpoint: string): boolean {
    return this.#endpoints.has(endpoint);
  }

  /** Keys of the endpoint's policies, in no order. */
  policiesOf(endpoint: string): Iterable<string> {
    return this.#byEndpoint.get(endpoint) ?? [];
  }

  /** The endpoints that have the policy. */
  endpointsOf(key: string): Iterable<string> {
    return this.#index.itemsOf(key);
  }

  /** True when any endpoint has the policy. */
  isActive(key: string): boolean {
    return this.#active.has(key);
  }

  /** Every policy that any endpoint has, by key. */
  *active(): Iterable<readonly [string, NormalPolicy]> {
    for (const key of this.#active) {
      const policy = this.#policies.get(key);
      if (policy !== undefined) yield [key, policy];
    }
  }

  #note(policy: string, endpoint: string, matches: boolean): void {
    if (matches) addTo(this.#byEndpoint, endpoint, policy);
    else deleteFrom(this.#byEndpoint, endpoint, policy);
    if (matches) this.#active.add(policy);
    else if (!this.#matchesAny(policy)) this.#active.delete(policy);
    this.#onChange(endpoint, policy);
  }

  #matchesAny(policy: string): boolean {
    for (const _ of this.#index.itemsOf(policy)) return true;
    return false;
  }
}
