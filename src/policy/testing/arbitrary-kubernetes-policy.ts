import fc from 'fast-check';
import type { KubernetesPolicyPeer, KubernetesPolicyPort, KubernetesPolicySpec } from '../../api/calico-policy.ts';
import type { KubernetesPolicy } from '../../api/from-kubernetes-policy.ts';
import { compact, maybe } from './arbitrary-rule.ts';
import { arbitraryLabelSelector } from './arbitrary-selector.ts';
import { vocabulary } from './vocabulary.ts';

/** Networks with what may be cut out of them. */
const blocks = fc.constantFrom<NonNullable<KubernetesPolicyPeer['ipBlock']>>(
  { cidr: '10.0.0.0/24' },
  { cidr: '10.0.0.0/24', except: ['10.0.0.0/30'] },
  { cidr: '0.0.0.0/0', except: ['10.0.0.2/32', '192.0.2.0/24'] },
  { cidr: '192.0.2.0/24', except: ['192.0.2.128/25'] },
  { cidr: 'fd00::/64', except: ['fd00::4/126'] },
  { cidr: '::/0' },
);

const peer: fc.Arbitrary<KubernetesPolicyPeer> = fc.oneof(
  fc.record({ podSelector: arbitraryLabelSelector() }),
  fc.record({ namespaceSelector: arbitraryLabelSelector(vocabulary.ownerLabels) }),
  fc.record({
    podSelector: arbitraryLabelSelector(),
    namespaceSelector: arbitraryLabelSelector(vocabulary.ownerLabels),
  }),
  fc.record({ ipBlock: blocks }),
);

const port: fc.Arbitrary<KubernetesPolicyPort> = fc
  .record({
    protocol: fc.constantFrom(undefined, 'TCP', 'UDP', 'SCTP'),
    range: fc.constantFrom<Pick<KubernetesPolicyPort, 'port' | 'endPort'>>(
      {},
      { port: 80 },
      { port: 53 },
      { port: 443, endPort: 443 },
      { port: 79, endPort: 81 },
      { port: 8000, endPort: 8010 },
      { port: 8000, endPort: 8100 },
      { port: 'http' },
      { port: 'dns' },
    ),
  })
  .map(({ protocol, range }) => compact({ protocol, ...range }) as KubernetesPolicyPort);

const ports = maybe(2, fc.array(port, { maxLength: 3 }));
const peers = maybe(2, fc.array(peer, { maxLength: 3 }));

const spec: fc.Arbitrary<KubernetesPolicySpec> = fc
  .record({
    podSelector: arbitraryLabelSelector(),
    ingress: maybe(2, fc.array(fc.record({ ports, from: peers }).map(compact), { maxLength: 3 })),
    egress: maybe(3, fc.array(fc.record({ ports, to: peers }).map(compact), { maxLength: 3 })),
    policyTypes: fc.constantFrom(undefined, undefined, ['Ingress'], ['Egress'], ['Ingress', 'Egress']),
  })
  .map((drawn) => compact(drawn) as KubernetesPolicySpec);

/** A networking.k8s.io/v1 NetworkPolicy. */
export const arbitraryKubernetesPolicy: fc.Arbitrary<KubernetesPolicy> = fc
  .tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(...vocabulary.namespaces), spec)
  .map(([name, namespace, body]) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec: body,
  }));
