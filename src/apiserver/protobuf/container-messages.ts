import type { MessageTable } from './message-table.ts';

/** core/v1: containers, their probes, environment, rights and states. */
export const containerMessages: MessageTable = {
  ObjectFieldSelector: 'apiVersion=1 fieldPath=2!',
  ResourceFieldSelector: 'containerName=1 resource=2! divisor=3:Quantity',
  Container: `
    name=1! image=2 command=3:string[] args=4:string[] workingDir=5 ports=6:ContainerPort[]
    envFrom=19:EnvFromSource[] env=7:EnvVar[] resources=8:ResourceRequirements
    resizePolicy=23:ContainerResizePolicy[] restartPolicy=24 volumeMounts=9:VolumeMount[]
    volumeDevices=21:VolumeDevice[] livenessProbe=10:Probe readinessProbe=11:Probe startupProbe=22:Probe
    lifecycle=12:Lifecycle terminationMessagePath=13 terminationMessagePolicy=20 imagePullPolicy=14
    securityContext=15:SecurityContext stdin=16:bool stdinOnce=17:bool tty=18:bool`,
  ContainerPort: 'name=1 hostPort=2:int containerPort=3:int! protocol=4 hostIP=5',
  EnvFromSource: 'prefix=1 configMapRef=2:ConfigMapEnvSource secretRef=3:SecretEnvSource',
  ConfigMapEnvSource: 'localObjectReference=1:LocalObjectReference~ optional=2:bool!',
  SecretEnvSource: 'localObjectReference=1:LocalObjectReference~ optional=2:bool!',
  EnvVar: 'name=1! value=2 valueFrom=3:EnvVarSource',
  EnvVarSource: `
    fieldRef=1:ObjectFieldSelector resourceFieldRef=2:ResourceFieldSelector
    configMapKeyRef=3:ConfigMapKeySelector secretKeyRef=4:SecretKeySelector`,
  ConfigMapKeySelector: 'localObjectReference=1:LocalObjectReference~ key=2! optional=3:bool!',
  SecretKeySelector: 'localObjectReference=1:LocalObjectReference~ key=2! optional=3:bool!',
  ResourceRequirements: 'limits=1:Quantity{} requests=2:Quantity{} claims=3:ResourceClaim[]',
  ResourceClaim: 'name=1! request=2',
  ContainerResizePolicy: 'resourceName=1! restartPolicy=2!',
  VolumeMount: 'name=1! readOnly=2:bool recursiveReadOnly=7 mountPath=3! subPath=4 mountPropagation=5 subPathExpr=6',
  VolumeDevice: 'name=1! devicePath=2!',
  Probe: `
    handler=1:ProbeHandler~ initialDelaySeconds=2:int timeoutSeconds=3:int periodSeconds=4:int
    successThreshold=5:int failureThreshold=6:int terminationGracePeriodSeconds=7:int!`,
  ProbeHandler: 'exec=1:ExecAction httpGet=2:HTTPGetAction tcpSocket=3:TCPSocketAction grpc=4:GRPCAction',
  ExecAction: 'command=1:string[]',
  HTTPGetAction: 'path=1 port=2:IntOrString host=3 scheme=4 httpHeaders=5:HTTPHeader[]',
  HTTPHeader: 'name=1! value=2!',
  TCPSocketAction: 'port=1:IntOrString host=2',
  GRPCAction: 'port=1:int! service=2',
  Lifecycle: 'postStart=1:LifecycleHandler preStop=2:LifecycleHandler',
  LifecycleHandler: 'exec=1:ExecAction httpGet=2:HTTPGetAction tcpSocket=3:TCPSocketAction sleep=4:SleepAction',
  SleepAction: 'seconds=1:int!',
  SecurityContext: `
    capabilities=1:Capabilities privileged=2:bool! seLinuxOptions=3:SELinuxOptions
    windowsOptions=10:WindowsSecurityContextOptions runAsUser=4:int! runAsGroup=8:int! runAsNonRoot=5:bool!
    readOnlyRootFilesystem=6:bool! allowPrivilegeEscalation=7:bool! procMount=9 seccompProfile=11:SeccompProfile
    appArmorProfile=12:AppArmorProfile`,
  Capabilities: 'add=1:string[] drop=2:string[]',
  SELinuxOptions: 'user=1 role=2 type=3 level=4',
  WindowsSecurityContextOptions: 'gmsaCredentialSpecName=1 gmsaCredentialSpec=2 runAsUserName=3 hostProcess=4:bool!',
  SeccompProfile: 'type=1! localhostProfile=2',
  AppArmorProfile: 'type=1! localhostProfile=2',
  EphemeralContainer: 'ephemeralContainerCommon=1:EphemeralContainerCommon~ targetContainerName=2',
  EphemeralContainerCommon: `
    name=1 image=2 command=3:string[] args=4:string[] workingDir=5 ports=6:ContainerPort[]
    envFrom=19:EnvFromSource[] env=7:EnvVar[] resources=8:ResourceRequirements
    resizePolicy=23:ContainerResizePolicy[] restartPolicy=24 volumeMounts=9:VolumeMount[]
    volumeDevices=21:VolumeDevice[] livenessProbe=10:Probe readinessProbe=11:Probe startupProbe=22:Probe
    lifecycle=12:Lifecycle terminationMessagePath=13 terminationMessagePolicy=20 imagePullPolicy=14
    securityContext=15:SecurityContext stdin=16:bool stdinOnce=17:bool tty=18:bool`,
  PodSecurityContext: `
    seLinuxOptions=1:SELinuxOptions windowsOptions=8:WindowsSecurityContextOptions runAsUser=2:int!
    runAsGroup=6:int! runAsNonRoot=3:bool! supplementalGroups=4:int[] supplementalGroupsPolicy=12 fsGroup=5:int!
    sysctls=7:Sysctl[] fsGroupChangePolicy=9 seccompProfile=10:SeccompProfile appArmorProfile=11:AppArmorProfile
    seLinuxChangePolicy=13`,
  Sysctl: 'name=1! value=2!',
  ContainerStatus: `
    name=1! state=2:ContainerState lastState=3:ContainerState ready=4:bool! restartCount=5:int! image=6!
    imageID=7! containerID=8 started=9:bool! allocatedResources=10:Quantity{} resources=11:ResourceRequirements
    volumeMounts=12:VolumeMountStatus[] user=13:ContainerUser allocatedResourcesStatus=14:ResourceStatus[]`,
  ContainerState: `
    waiting=1:ContainerStateWaiting running=2:ContainerStateRunning terminated=3:ContainerStateTerminated`,
  ContainerStateWaiting: 'reason=1 message=2',
  ContainerStateRunning: 'startedAt=1:Time',
  ContainerStateTerminated: `
    exitCode=1:int! signal=2:int reason=3 message=4 startedAt=5:Time finishedAt=6:Time containerID=7`,
  VolumeMountStatus: 'name=1! mountPath=2! readOnly=3:bool recursiveReadOnly=4',
  ContainerUser: 'linux=1:LinuxContainerUser',
  LinuxContainerUser: 'uid=1:int! gid=2:int! supplementalGroups=3:int[]',
  ResourceStatus: 'name=1 resources=2:ResourceHealth[]',
  ResourceHealth: 'resourceID=1 health=2',
};
