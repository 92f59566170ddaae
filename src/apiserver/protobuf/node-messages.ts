import type { MessageTable } from './message-table.ts';

/** core/v1: nodes. */
export const nodeMessages: MessageTable = {
  Node: 'metadata=1:ObjectMeta spec=2:NodeSpec status=3:NodeStatus',
  NodeSpec: `
    podCIDR=1 podCIDRs=7:string[] providerID=3 unschedulable=4:bool taints=5:Taint[]
    configSource=6:NodeConfigSource externalID=2`,
  Taint: 'key=1! value=2 effect=3! timeAdded=4:Time',
  NodeConfigSource: 'configMap=2:ConfigMapNodeConfigSource',
  ConfigMapNodeConfigSource: 'namespace=1! name=2! uid=3 resourceVersion=4 kubeletConfigKey=5!',
  NodeStatus: `
    capacity=1:Quantity{} allocatable=2:Quantity{} phase=3 conditions=4:NodeCondition[]
    addresses=5:NodeAddress[] daemonEndpoints=6:NodeDaemonEndpoints nodeInfo=7:NodeSystemInfo
    images=8:ContainerImage[] volumesInUse=9:string[] volumesAttached=10:AttachedVolume[]
    config=11:NodeConfigStatus runtimeHandlers=12:NodeRuntimeHandler[] features=13:NodeFeatures`,
  NodeCondition: 'type=1! status=2! lastHeartbeatTime=3:Time lastTransitionTime=4:Time reason=5 message=6',
  NodeAddress: 'type=1! address=2!',
  NodeDaemonEndpoints: 'kubeletEndpoint=1:DaemonEndpoint',
  DaemonEndpoint: 'Port=1:int!',
  NodeSystemInfo: `
    machineID=1! systemUUID=2! bootID=3! kernelVersion=4! osImage=5! containerRuntimeVersion=6!
    kubeletVersion=7! kubeProxyVersion=8! operatingSystem=9! architecture=10!`,
  ContainerImage: 'names=1:string[] sizeBytes=2:int',
  AttachedVolume: 'name=1! devicePath=2!',
  NodeConfigStatus: 'assigned=1:NodeConfigSource active=2:NodeConfigSource lastKnownGood=3:NodeConfigSource error=4',
  NodeRuntimeHandler: 'name=1 features=2:NodeRuntimeHandlerFeatures',
  NodeRuntimeHandlerFeatures: 'recursiveReadOnlyMounts=1:bool! userNamespaces=2:bool!',
  NodeFeatures: 'supplementalGroupsPolicy=1:bool!',
};
