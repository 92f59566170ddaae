import type { FelixConfiguration, IPPool } from '../api/calico.ts';
import { oracleOf } from '../policy/oracle/evaluate.ts';
import { policySettings } from '../policy/read-policy-settings.ts';
import type { PolicyResources } from '../policy/resources.ts';
import { felixSettings } from '../routing/felix-settings.ts';
import type { NodeView, TraceContext } from './connection.ts';

/** A cluster as its resources say it, with what FelixConfigurations say about each node. */
export function traceContext(
  resources: PolicyResources,
  felix: readonly FelixConfiguration[] = [],
  pools: readonly IPPool[] = [],
): TraceContext {
  // Nodes with equal settings share an oracle, which remembers what it was asked.
  const views = new Map<string, NodeView>();
  const byNode = new Map<string, NodeView>();
  return {
    resources,
    pools,
    at: (node) => {
      const known = byNode.get(node);
      if (known !== undefined) return known;
      const labels = resources.nodes.find(({ metadata }) => metadata.name === node)?.metadata.labels;
      const settings = policySettings(felix, node, labels);
      const { excludeNodesFromNat } = felixSettings(felix, node, labels);
      const key = JSON.stringify([settings, excludeNodesFromNat]);
      const view = views.get(key) ?? { oracle: oracleOf(resources, settings), settings, excludeNodesFromNat };
      views.set(key, view);
      byNode.set(node, view);
      return view;
    },
  };
}
