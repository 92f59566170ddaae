import type { GlobalPolicySpec } from '../../api/calico-policy.ts';
import type { PolicyResources } from '../resources.ts';
import { globalPolicy, hostEndpoint, namespace, type PolicyCase, packet, pod } from './policy-case.ts';

const host = { node: 'web' };

/** A packet at the host endpoint `eth0` under one cluster-wide policy. */
function hostCase(
  name: string,
  phase: NonNullable<PolicyCase['phase']>,
  spec: GlobalPolicySpec | undefined,
  text: string,
  verdict: string,
  profiles: readonly string[] = [],
): PolicyCase {
  const resources: Partial<PolicyResources> = {
    namespaces: [namespace('default')],
    pods: [pod('default/p', { app: 'p' }, '10.0.0.1')],
    hostEndpoints: [
      hostEndpoint('h', host, {
        interfaceName: 'eth0',
        expectedIPs: ['172.16.0.1'],
        profiles,
        ports: [{ name: 'ssh', protocol: 'TCP', port: 2222 }],
      }),
    ],
    globalNetworkPolicies: spec === undefined ? [] : [globalPolicy('g', { selector: 'has(node)', ...spec })],
  };
  return { name, resources, endpoint: 'host/h', direction: 'ingress', phase, packet: packet(text), verdict };
}

const to80 = '192.0.2.1 > 172.16.0.1 TCP 80';
const through = '192.0.2.1 > 10.0.0.1 TCP 80';
const ingress = (action: 'Allow' | 'Deny' | 'Pass') => ({ types: ['Ingress'] as const, ingress: [{ action }] });
const ssh: GlobalPolicySpec = { ingress: [{ action: 'Allow', protocol: 'TCP', destination: { ports: ['ssh'] } }] };
const allowAll = ['projectcalico-default-allow'];

/** Host endpoints: what is for the host itself, what it forwards, before tracking, before DNAT. */
export const hostCases: readonly PolicyCase[] = [
  hostCase('host: no policy, no profile -> denied', 'normal', undefined, to80, 'denied by no-profile'),
  hostCase(
    'host: no policy, allowing profile -> allowed',
    'normal',
    undefined,
    to80,
    'allowed by projectcalico-default-allow',
    allowAll,
  ),
  hostCase('host: Allow -> allowed', 'normal', ingress('Allow'), to80, 'allowed by gnp/g ingress 0'),
  hostCase('host: policy without rules -> denied', 'normal', {}, to80, 'denied by end of default (gnp/g)', allowAll),
  hostCase(
    'host: Pass -> profile',
    'normal',
    ingress('Pass'),
    to80,
    'allowed by projectcalico-default-allow',
    allowAll,
  ),
  hostCase(
    'host: named port -> allowed',
    'normal',
    ssh,
    '192.0.2.1 > 172.16.0.1 TCP 2222',
    'allowed by gnp/g ingress 0',
  ),
  hostCase('host: another port -> denied', 'normal', ssh, to80, 'denied by end of default (gnp/g)'),
  hostCase(
    'host: policy for forwarded packets -> for its own, too',
    'normal',
    { ...ingress('Deny'), applyOnForward: true },
    to80,
    'denied by gnp/g ingress 0',
  ),
  hostCase('forward: policy not for it -> no say', 'forward', ingress('Deny'), through, 'allowed by no-policy'),
  hostCase(
    'forward: policy for it -> denied',
    'forward',
    { ...ingress('Deny'), applyOnForward: true },
    through,
    'denied by gnp/g ingress 0',
  ),
  hostCase(
    'forward: nothing matches -> denied',
    'forward',
    { applyOnForward: true },
    through,
    'denied by end of default (gnp/g)',
  ),
  hostCase(
    'forward: Pass -> no say',
    'forward',
    { ...ingress('Pass'), applyOnForward: true },
    through,
    'allowed by no-policy',
  ),
  hostCase(
    'untracked: Deny -> denied',
    'untracked',
    { ...ingress('Deny'), applyOnForward: true, doNotTrack: true },
    to80,
    'denied by gnp/g ingress 0',
  ),
  hostCase(
    'untracked: nothing matches -> no say',
    'untracked',
    { applyOnForward: true, doNotTrack: true },
    to80,
    'allowed by no-policy',
  ),
  hostCase('untracked: policy of another phase -> no say', 'untracked', ingress('Deny'), to80, 'allowed by no-policy'),
  hostCase(
    'untracked: its policy is not for what is tracked',
    'normal',
    { ...ingress('Deny'), applyOnForward: true, doNotTrack: true },
    to80,
    'denied by no-profile',
  ),
  hostCase(
    'before DNAT: Deny -> denied',
    'pre-dnat',
    { ...ingress('Deny'), applyOnForward: true, preDNAT: true },
    through,
    'denied by gnp/g ingress 0',
  ),
  hostCase(
    'before DNAT: nothing matches -> no say',
    'pre-dnat',
    { applyOnForward: true, preDNAT: true },
    through,
    'allowed by no-policy',
  ),
];
