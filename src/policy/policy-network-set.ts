import type { NetworkSet } from '../api/calico-endpoints.ts';
import { cidrOf, parseIpWithPrefix } from '../net/cidr.ts';
import { namespaceLabel } from './normalise-selector.ts';
import type { PolicyNetworkSet } from './policy-input.ts';

/** What rules can select of a network set; what is no network is left out. */
export function policyNetworkSet({ metadata, spec }: NetworkSet): PolicyNetworkSet {
  const { labels = {}, namespace } = metadata;
  const nets = (spec.nets ?? []).flatMap(readNet);
  if (namespace === undefined) return { labels, nets };
  return { labels: { ...labels, [namespaceLabel]: namespace }, namespace, nets };
}

function readNet(text: string) {
  try {
    const { ip, prefixLength } = parseIpWithPrefix(text);
    return [cidrOf(ip, prefixLength)];
  } catch {
    return [];
  }
}
