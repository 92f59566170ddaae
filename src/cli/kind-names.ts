import type { Kind, KubernetesObject } from '../api/meta.ts';

/** Spellings calicoctl takes that are neither singular, plural nor short name of the kind, by plural. */
const calicoctlNames: Readonly<Record<string, readonly string[]>> = {
  bgpconfigurations: ['bgpconfig', 'bgpconfigs'],
  bgpfilters: ['bgpf', 'bgpfs', 'bf', 'bfs'],
  bgppeers: ['bgpp', 'bgpps', 'bp', 'bps'],
  caliconodestatuses: ['nodestatus', 'nodestatuses'],
  clusterinformations: ['clusterinfo', 'clusterinfos'],
  felixconfigurations: ['felixconfig', 'felixconfigs'],
  globalnetworkpolicies: ['gnps'],
  globalnetworksets: ['gnetset', 'gnetsets'],
  hostendpoints: ['hep', 'heps'],
  ipamblocks: ['block', 'blocks'],
  ipamconfigurations: ['ipamconfig', 'ipamconfigs'],
  ippools: ['ipp', 'ipps', 'pool', 'pools'],
  ipreservations: ['ipres', 'ipresv', 'ipresvs'],
  kubecontrollersconfigurations: ['kubecontrollersconfig', 'kubecontrollersconfigs', 'kcc', 'kccs'],
  networkpolicies: ['np', 'policy', 'policies', 'pol', 'pols'],
  networksets: ['netset', 'netsets'],
  nodes: ['nos'],
  profiles: ['pro', 'pros'],
  stagedglobalnetworkpolicies: ['sgnps'],
  stagedkubernetesnetworkpolicies: ['stagedkubernetespolicy', 'stagedkubernetespolicies', 'skpol', 'skpols'],
  stagednetworkpolicies: ['stagedpolicy', 'stagedpolicies', 'snps', 'spol', 'spols'],
  workloadendpoints: ['wep', 'weps'],
};

/** Every word that means a kind, in lower case: singular, plural, short names, and what calicoctl takes. */
export function kindNames({ group, singular, plural, shortNames }: Kind<KubernetesObject>): readonly string[] {
  const calico = group === 'projectcalico.org' || plural === 'nodes' ? (calicoctlNames[plural] ?? []) : [];
  return [singular, plural, ...shortNames, ...calico];
}
