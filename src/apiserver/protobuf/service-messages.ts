import type { MessageTable } from './message-table.ts';

/** core/v1: services. */
export const serviceMessages: MessageTable = {
  Service: 'metadata=1:ObjectMeta spec=2:ServiceSpec status=3:ServiceStatus',
  ServiceSpec: `
    ports=1:ServicePort[] selector=2:string{} clusterIP=3 clusterIPs=18:string[] type=4 externalIPs=5:string[]
    sessionAffinity=7 loadBalancerIP=8 loadBalancerSourceRanges=9:string[] externalName=10
    externalTrafficPolicy=11 healthCheckNodePort=12:int publishNotReadyAddresses=13:bool
    sessionAffinityConfig=14:SessionAffinityConfig ipFamilies=19:string[] ipFamilyPolicy=17
    allocateLoadBalancerNodePorts=20:bool! loadBalancerClass=21 internalTrafficPolicy=22 trafficDistribution=23`,
  ServicePort: 'name=1 protocol=2 appProtocol=6 port=3:int! targetPort=4:IntOrString nodePort=5:int',
  SessionAffinityConfig: 'clientIP=1:ClientIPConfig',
  ClientIPConfig: 'timeoutSeconds=1:int!',
  ServiceStatus: 'loadBalancer=1:LoadBalancerStatus conditions=2:Condition[]',
  LoadBalancerStatus: 'ingress=1:LoadBalancerIngress[]',
  LoadBalancerIngress: 'ip=1 hostname=2 ipMode=3 ports=4:PortStatus[]',
  PortStatus: 'port=1:int! protocol=2! error=3',
};
