import type { MessageTable } from './message-table.ts';

/** discovery.k8s.io/v1, networking.k8s.io/v1, coordination.k8s.io/v1, autoscaling/v1. */
export const networkMessages: MessageTable = {
  EndpointSlice: 'metadata=1:ObjectMeta addressType=4! endpoints=2:Endpoint[] ports=3:DiscoveryEndpointPort[]',
  Endpoint: `
    addresses=1:string[] conditions=2:EndpointConditions hostname=3 targetRef=4:ObjectReference
    deprecatedTopology=5:string{} nodeName=6 zone=7 hints=8:EndpointHints`,
  EndpointConditions: 'ready=1:bool! serving=2:bool! terminating=3:bool!',
  EndpointHints: 'forZones=1:ForZone[]',
  ForZone: 'name=1!',
  DiscoveryEndpointPort: 'name=1! protocol=2 port=3:int! appProtocol=4',
  NetworkPolicy: 'metadata=1:ObjectMeta spec=2:NetworkPolicySpec',
  NetworkPolicySpec: `
    podSelector=1:LabelSelector ingress=2:NetworkPolicyIngressRule[] egress=3:NetworkPolicyEgressRule[]
    policyTypes=4:string[]`,
  NetworkPolicyIngressRule: 'ports=1:NetworkPolicyPort[] from=2:NetworkPolicyPeer[]',
  NetworkPolicyPort: 'protocol=1 port=2:IntOrString endPort=3:int!',
  NetworkPolicyPeer: 'podSelector=1:LabelSelector namespaceSelector=2:LabelSelector ipBlock=3:IPBlock',
  IPBlock: 'cidr=1! except=2:string[]',
  NetworkPolicyEgressRule: 'ports=1:NetworkPolicyPort[] to=2:NetworkPolicyPeer[]',
  Lease: 'metadata=1:ObjectMeta spec=2:LeaseSpec',
  LeaseSpec: `
    holderIdentity=1! leaseDurationSeconds=2:int! acquireTime=3:Time renewTime=4:Time leaseTransitions=5:int!
    strategy=6 preferredHolder=7`,
  Scale: 'metadata=1:ObjectMeta spec=2:ScaleSpec status=3:ScaleStatus',
  ScaleSpec: 'replicas=1:int',
  ScaleStatus: 'replicas=1:int! selector=2',
};
