import type { EndpointSlice } from '../api/core.ts';
import { serviceNameLabel } from '../api/service-name-label.ts';
import { serviceChange } from '../policy/policy-changes.ts';
import type { PolicyChange } from '../policy/policy-input.ts';

/** EndpointSlices, gathered by the Service they are of. */
export class ServiceFeed {
  readonly #slices = new Map<string, Map<string, EndpointSlice>>();
  /** Service of each slice: a slice that is given to another Service leaves its first. */
  readonly #services = new Map<string, string>();

  changed(slice: EndpointSlice, deleted: boolean): readonly PolicyChange[] {
    const { namespace = '', name: sliceName, labels } = slice.metadata;
    const key = `${namespace}/${sliceName}`;
    const service = deleted ? undefined : labels?.[serviceNameLabel];
    const before = this.#services.get(key);
    const changes: PolicyChange[] = [];
    if (before !== undefined && before !== service) {
      this.#services.delete(key);
      this.#slices.get(`${namespace}/${before}`)?.delete(key);
      changes.push(...this.#change(namespace, before));
    }
    if (service === undefined) return changes;
    this.#services.set(key, service);
    const slices = this.#slices.get(`${namespace}/${service}`) ?? new Map<string, EndpointSlice>();
    this.#slices.set(`${namespace}/${service}`, slices.set(key, slice));
    return [...changes, ...this.#change(namespace, service)];
  }

  #change(namespace: string, service: string): readonly PolicyChange[] {
    const slices = [...(this.#slices.get(`${namespace}/${service}`)?.values() ?? [])];
    if (slices.length === 0) this.#slices.delete(`${namespace}/${service}`);
    return serviceChange(namespace, service, slices);
  }
}
