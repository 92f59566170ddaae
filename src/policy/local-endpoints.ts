import { compareTexts } from '../base/compare-texts.ts';
import { addTo, deleteFrom } from '../base/map-of-sets.ts';
import type { LocalHostEndpoint, LocalWorkload } from './policy-input.ts';
import type { HostEndpointWalks, WorkloadWalks } from './policy-state.ts';

/** A pod's attachment or a host endpoint of this node. */
export type LocalEndpoint =
  | { readonly kind: 'workload'; readonly value: LocalWorkload }
  | { readonly kind: 'host'; readonly value: LocalHostEndpoint };

/** Keys of walks, by what they are for. */
export type WalkKeys = Readonly<Record<string, string>>;

/** What this node enforces policy for, and by which walks. */
export class LocalEndpoints {
  readonly #locals = new Map<string, Local>();
  readonly #byEndpoint = new Map<string, Set<string>>();
  #workloads: readonly WorkloadWalks[] | undefined = [];
  #hostEndpoints: readonly HostEndpointWalks[] | undefined = [];

  /** False when it is there already. */
  set(key: string, endpoint: LocalEndpoint): boolean {
    const before = this.#locals.get(key);
    if (before !== undefined && JSON.stringify(before.endpoint) === JSON.stringify(endpoint)) return false;
    if (before !== undefined) this.#unlink(key, before.endpoint);
    this.#forgetSorted(endpoint.kind);
    // At the end, whatever was there: see workloads.
    this.#locals.delete(key);
    this.#locals.set(key, { endpoint, walks: before?.walks, entry: before?.entry });
    const name = endpoint.value.endpoint;
    if (name !== undefined) addTo(this.#byEndpoint, name, key);
    return true;
  }

  /** The walks it had. */
  delete(key: string): WalkKeys {
    const before = this.#locals.get(key);
    if (before === undefined) return {};
    this.#unlink(key, before.endpoint);
    this.#locals.delete(key);
    this.#forgetSorted(before.endpoint.kind);
    return before.walks ?? {};
  }

  get(key: string): LocalEndpoint | undefined {
    return this.#locals.get(key)?.endpoint;
  }

  /** Those that stand for the endpoint of this key: mostly one. */
  standingFor(endpoint: string): Iterable<string> {
    return this.#byEndpoint.get(endpoint) ?? [];
  }

  isLocal(endpoint: string): boolean {
    return this.#byEndpoint.has(endpoint);
  }

  /** Keys of endpoints that something here stands for. */
  endpoints(): Iterable<string> {
    return this.#byEndpoint.keys();
  }

  /** Gives it walks. Returns those it had. */
  setWalks(key: string, walks: WalkKeys): WalkKeys {
    const local = this.#locals.get(key);
    if (local === undefined) return {};
    const before = local.walks ?? {};
    local.walks = walks;
    const entry = entryOf(local.endpoint, walks);
    if (JSON.stringify(entry) !== JSON.stringify(local.entry)) {
      local.entry = entry;
      this.#forgetSorted(local.endpoint.kind);
    }
    return before;
  }

  /**
   * Sorted by device; the same object while nothing changes. Of two on one device (a pod that is made anew, and the
   * former one, which is on its way out) the one that was given last.
   */
  workloads(): readonly WorkloadWalks[] {
    this.#workloads ??= [...this.#byDevice().values()].sort((a, b) => compareTexts(a.device, b.device));
    return this.#workloads;
  }

  /** Sorted by name; the same object while nothing changes. */
  hostEndpoints(): readonly HostEndpointWalks[] {
    this.#hostEndpoints ??= [...this.#locals.values()]
      .flatMap(({ endpoint, entry }) => (endpoint.kind === 'host' && entry ? [entry as HostEndpointWalks] : []))
      .sort((a, b) => compareTexts(a.name, b.name));
    return this.#hostEndpoints;
  }

  #byDevice(): ReadonlyMap<string, WorkloadWalks> {
    const byDevice = new Map<string, WorkloadWalks>();
    for (const { endpoint, entry } of this.#locals.values()) {
      if (endpoint.kind === 'workload' && entry) byDevice.set(endpoint.value.device, entry as WorkloadWalks);
    }
    return byDevice;
  }

  #unlink(key: string, { value }: LocalEndpoint): void {
    if (value.endpoint !== undefined) deleteFrom(this.#byEndpoint, value.endpoint, key);
  }

  #forgetSorted(kind: LocalEndpoint['kind']): void {
    if (kind === 'workload') this.#workloads = undefined;
    else this.#hostEndpoints = undefined;
  }
}

interface Local {
  readonly endpoint: LocalEndpoint;
  walks: WalkKeys | undefined;
  entry: WorkloadWalks | HostEndpointWalks | undefined;
}

function entryOf({ kind, value }: LocalEndpoint, walks: WalkKeys): WorkloadWalks | HostEndpointWalks {
  // Plans have the names of the fields that their walks' keys become.
  const keys = walks as Pick<WorkloadWalks, 'ingress' | 'egress'>;
  return kind === 'workload'
    ? { device: value.device, name: value.name, ...keys }
    : { name: value.name, devices: value.devices, ...keys };
}
