import type { IPAMBlock } from '../api/calico.ts';
import type { Node, Pod } from '../api/core.ts';
import type { NodeBgpSession } from './bgp-sessions.ts';
import { formatColumns } from './columns.ts';
import { labDirectory } from './directory.ts';
import type { LabState } from './lab-state.ts';

/** What the demo shows of a lab. */
export interface DemoFacts {
  readonly state: LabState;
  readonly nodes: readonly Node[];
  readonly blocks: readonly IPAMBlock[];
  readonly pods: readonly Pod[];
  /** The node whose routes and wire are shown. */
  readonly watched: string;
  /** `ip route` of that node. */
  readonly routes: string;
  /** BGP sessions of that node, none in a mode without BGP. */
  readonly sessions: readonly NodeBgpSession[];
  /** tcpdump's text for one packet between pods. */
  readonly capture: string;
}

/** The demo's report: nodes, pods, annotated routes, one packet on the wire, what to type next. */
export function formatDemo(facts: DemoFacts & { readonly seconds: number }, color: boolean): string {
  const bold = (text: string) => (color ? `\x1b[1m${text}\x1b[0m` : text);
  const dim = (text: string) => (color ? `\x1b[2m${text}\x1b[0m` : text);
  const { topology } = facts.state;
  const mode = `${topology.mode}${topology.crossSubnet ? ', cross-subnet' : ''}`;
  return [
    '',
    bold(`A Kubernetes network in ${facts.seconds.toFixed(1)} s: ${countNodes(topology.nodes.length)}, mode ${mode}`),
    '',
    bold('Nodes'),
    formatColumns(nodeRows(facts), '  '),
    bold('Pods'),
    formatColumns(podRows(facts), '  '),
    bold(`Routes of ${facts.watched}`) + dim('  (ip route)'),
    formatColumns(routeRows(facts, dim), '  '),
    ...(facts.sessions.length === 0
      ? []
      : [
          bold(`BGP sessions of ${facts.watched}`) + dim('  (weft node status)'),
          formatColumns(
            facts.sessions.map((one) => [one.name, one.state]),
            '  ',
          ),
        ]),
    bold(`One ping between pods, seen on eth0 of ${facts.watched}`) + dim('  (tcpdump -ve)'),
    indent(facts.capture || 'nothing: both pods are on one node, their packets never leave it'),
    bold('Try next'),
    formatColumns(nextRows(facts, dim), '  '),
  ].join('\n');
}

/** `1 node`, `3 nodes`. */
export function countNodes(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`;
}

function nodeRows(facts: DemoFacts): readonly (readonly string[])[] {
  const rows = facts.state.topology.nodes.map((one) => {
    const annotations = facts.nodes.find((node) => node.metadata.name === one.name)?.metadata.annotations ?? {};
    const tunnel =
      annotations['projectcalico.org/IPv4IPIPTunnelAddr'] ??
      annotations['projectcalico.org/IPv4VXLANTunnelAddr'] ??
      '-';
    const blocks = facts.blocks.filter((block) => block.spec.affinity === `host:${one.name}`);
    return [one.name, one.address, tunnel, blocks.map((block) => block.spec.cidr).join(' ') || '-'];
  });
  return [['NAME', 'ADDRESS', 'TUNNEL ADDRESS', 'BLOCKS'], ...rows];
}

function podRows(facts: DemoFacts): readonly (readonly string[])[] {
  const rows = facts.pods.map((pod) => [pod.metadata.name, pod.status?.podIP ?? '-', pod.spec.nodeName ?? '-']);
  return [['NAME', 'ADDRESS', 'NODE'], ...rows];
}

function routeRows(facts: DemoFacts, dim: (text: string) => string): readonly (readonly string[])[] {
  return facts.routes
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => [line, dim(explainRoute(line, facts))]);
}

/** Says in words what a line of `ip route` is there for; '' when it needs none. */
export function explainRoute(line: string, facts: Pick<DemoFacts, 'blocks' | 'pods' | 'state'>): string {
  const [first = ''] = line.split(' ');
  if (first === 'default') return 'everything else, by the router';
  if (first === 'blackhole') return 'own block: an address without a pod ends here';
  if (/ dev cali[0-9a-f]{11}\b/.test(line)) {
    const pod = facts.pods.find((one) => one.status?.podIP === first);
    return pod === undefined ? 'a pod on this node' : `pod ${pod.metadata.name}`;
  }
  const owner = facts.blocks.find((block) => block.spec.cidr === first)?.spec.affinity?.replace('host:', '');
  if (owner !== undefined) return `pods of ${owner}, ${wayOf(line)}`;
  if (/ proto bird\b/.test(line)) return 'learned by BGP';
  if (facts.state.topology.segments.some((segment) => segment.cidr === first)) return 'the underlay itself';
  return '';
}

function wayOf(line: string): string {
  if (/ dev (tunl0|vxlan)/.test(line)) return 'by tunnel';
  return / proto bird\b/.test(line) ? 'directly, learned by BGP' : 'directly';
}

function nextRows(facts: DemoFacts, dim: (text: string) => string): readonly (readonly string[])[] {
  const { name } = facts.state.topology;
  const of = name === 'lab' ? '' : ` --name ${name}`;
  const pod = facts.pods[0]?.metadata.name ?? 'POD';
  const target = facts.pods.at(-1)?.status?.podIP ?? 'ADDRESS';
  return [
    [`export KUBECONFIG=${labDirectory(name).kubeconfig}`, dim('for kubectl, and for weft when several labs are up')],
    [`./weft get nodes -o wide`, dim('what the cluster knows')],
    [`./weft ipam show --show-blocks`, dim('who owns which addresses')],
    [`./weft lab exec ${facts.watched}${of} -- ip route`, dim('look around on a node')],
    [`./weft exec ${pod}${of} -- ping -c 3 ${target}`, dim('be a pod')],
    [`./weft lab status${of}`, dim('nodes, processes, pods')],
    [`./weft lab down${of}`, dim('leaves nothing behind')],
  ];
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
    .concat('\n');
}
