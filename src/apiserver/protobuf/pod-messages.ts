import type { MessageTable } from './message-table.ts';

/** core/v1: pods and where they may run. */
export const podMessages: MessageTable = {
  Pod: 'metadata=1:ObjectMeta spec=2:PodSpec status=3:PodStatus',
  PodSpec: `
    volumes=1:Volume[] initContainers=20:Container[] containers=2:Container[]
    ephemeralContainers=34:EphemeralContainer[] restartPolicy=3 terminationGracePeriodSeconds=4:int!
    activeDeadlineSeconds=5:int! dnsPolicy=6 nodeSelector=7:string{} serviceAccountName=8 serviceAccount=9
    automountServiceAccountToken=21:bool! nodeName=10 hostNetwork=11:bool hostPID=12:bool hostIPC=13:bool
    shareProcessNamespace=27:bool! securityContext=14:PodSecurityContext
    imagePullSecrets=15:LocalObjectReference[] hostname=16 subdomain=17 affinity=18:Affinity schedulerName=19
    tolerations=22:Toleration[] hostAliases=23:HostAlias[] priorityClassName=24 priority=25:int!
    dnsConfig=26:PodDNSConfig readinessGates=28:PodReadinessGate[] runtimeClassName=29
    enableServiceLinks=30:bool! preemptionPolicy=31 overhead=32:Quantity{}
    topologySpreadConstraints=33:TopologySpreadConstraint[] setHostnameAsFQDN=35:bool! os=36:PodOS
    hostUsers=37:bool! schedulingGates=38:PodSchedulingGate[] resourceClaims=39:PodResourceClaim[]
    resources=40:ResourceRequirements`,
  Affinity: 'nodeAffinity=1:NodeAffinity podAffinity=2:PodAffinity podAntiAffinity=3:PodAntiAffinity',
  NodeAffinity: `
    requiredDuringSchedulingIgnoredDuringExecution=1:NodeSelector
    preferredDuringSchedulingIgnoredDuringExecution=2:PreferredSchedulingTerm[]`,
  NodeSelector: 'nodeSelectorTerms=1:NodeSelectorTerm[]',
  NodeSelectorTerm: 'matchExpressions=1:NodeSelectorRequirement[] matchFields=2:NodeSelectorRequirement[]',
  NodeSelectorRequirement: 'key=1! operator=2! values=3:string[]',
  PreferredSchedulingTerm: 'weight=1:int! preference=2:NodeSelectorTerm',
  PodAffinity: `
    requiredDuringSchedulingIgnoredDuringExecution=1:PodAffinityTerm[]
    preferredDuringSchedulingIgnoredDuringExecution=2:WeightedPodAffinityTerm[]`,
  PodAffinityTerm: `
    labelSelector=1:LabelSelector namespaces=2:string[] topologyKey=3! namespaceSelector=4:LabelSelector
    matchLabelKeys=5:string[] mismatchLabelKeys=6:string[]`,
  WeightedPodAffinityTerm: 'weight=1:int! podAffinityTerm=2:PodAffinityTerm',
  PodAntiAffinity: `
    requiredDuringSchedulingIgnoredDuringExecution=1:PodAffinityTerm[]
    preferredDuringSchedulingIgnoredDuringExecution=2:WeightedPodAffinityTerm[]`,
  Toleration: 'key=1 operator=2 value=3 effect=4 tolerationSeconds=5:int!',
  HostAlias: 'ip=1 hostnames=2:string[]',
  PodDNSConfig: 'nameservers=1:string[] searches=2:string[] options=3:PodDNSConfigOption[]',
  PodDNSConfigOption: 'name=1 value=2',
  PodReadinessGate: 'conditionType=1!',
  TopologySpreadConstraint: `
    maxSkew=1:int! topologyKey=2! whenUnsatisfiable=3! labelSelector=4:LabelSelector minDomains=5:int!
    nodeAffinityPolicy=6 nodeTaintsPolicy=7 matchLabelKeys=8:string[]`,
  PodOS: 'name=1!',
  PodSchedulingGate: 'name=1!',
  PodResourceClaim: 'name=1! resourceClaimName=3 resourceClaimTemplateName=4',
  PodStatus: `
    phase=1 conditions=2:PodCondition[] message=3 reason=4 nominatedNodeName=11 hostIP=5 hostIPs=16:HostIP[]
    podIP=6 podIPs=12:PodIP[] startTime=7:Time initContainerStatuses=10:ContainerStatus[]
    containerStatuses=8:ContainerStatus[] qosClass=9 ephemeralContainerStatuses=13:ContainerStatus[] resize=14
    resourceClaimStatuses=15:PodResourceClaimStatus[]`,
  PodCondition: 'type=1! status=2! lastProbeTime=3:Time lastTransitionTime=4:Time reason=5 message=6',
  HostIP: 'ip=1',
  PodIP: 'ip=1',
  PodResourceClaimStatus: 'name=1! resourceClaimName=2',
  PodTemplateSpec: 'metadata=1:ObjectMeta spec=2:PodSpec',
};
