import type { NetworkSet } from '../api/calico-endpoints.ts';
import { tryParseNetwork } from '../net/network.ts';
import { namespaceLabel } from './normalise-selector.ts';
import type { PolicyNetworkSet } from './policy-input.ts';

/** What rules can select of a network set; what is no network is left out. */
export function policyNetworkSet({ metadata, spec }: NetworkSet): PolicyNetworkSet {
  const { labels = {}, namespace } = metadata;
  const nets = (spec.nets ?? []).flatMap((text) => tryParseNetwork(text) ?? []);
  if (namespace === undefined) return { labels, nets };
  return { labels: { ...labels, [namespaceLabel]: namespace }, namespace, nets };
}
