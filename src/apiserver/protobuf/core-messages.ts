import type { MessageTable } from './message-table.ts';

/** core/v1: the smaller kinds, and how objects are named in others. */
export const coreMessages: MessageTable = {
  Namespace: 'metadata=1:ObjectMeta spec=2:NamespaceSpec status=3:NamespaceStatus',
  NamespaceSpec: 'finalizers=1:string[]',
  NamespaceStatus: 'phase=1 conditions=2:NamespaceCondition[]',
  NamespaceCondition: 'type=1! status=2! lastTransitionTime=4:Time reason=5 message=6',
  ConfigMap: 'metadata=1:ObjectMeta immutable=4:bool! data=2:string{} binaryData=3:bytes{}',
  Secret: 'metadata=1:ObjectMeta immutable=5:bool! data=2:bytes{} stringData=4:string{} type=3',
  ServiceAccount: `
    metadata=1:ObjectMeta secrets=2:ObjectReference[] imagePullSecrets=3:LocalObjectReference[]
    automountServiceAccountToken=4:bool!`,
  ObjectReference: 'kind=1 namespace=2 name=3 uid=4 apiVersion=5 resourceVersion=6 fieldPath=7',
  LocalObjectReference: 'name=1',
  Event: `
    metadata=1:ObjectMeta involvedObject=2:ObjectReference reason=3 message=4 source=5:EventSource
    firstTimestamp=6:Time lastTimestamp=7:Time count=8:int type=9 eventTime=10:Time series=11:EventSeries
    action=12 related=13:ObjectReference reportingComponent=14 reportingInstance=15`,
  EventSource: 'component=1 host=2',
  EventSeries: 'count=1:int lastObservedTime=2:Time',
  Endpoints: 'metadata=1:ObjectMeta subsets=2:EndpointSubset[]',
  EndpointSubset: 'addresses=1:EndpointAddress[] notReadyAddresses=2:EndpointAddress[] ports=3:EndpointPort[]',
  EndpointAddress: 'ip=1! hostname=3 nodeName=4 targetRef=2:ObjectReference',
  EndpointPort: 'name=1 port=2:int! protocol=3 appProtocol=4',
  Binding: 'metadata=1:ObjectMeta target=2:ObjectReference',
};
