import type { MessageTable } from './message-table.ts';

/** apps/v1. */
export const appsMessages: MessageTable = {
  Deployment: 'metadata=1:ObjectMeta spec=2:DeploymentSpec status=3:DeploymentStatus',
  DeploymentSpec: `
    replicas=1:int! selector=2:LabelSelector template=3:PodTemplateSpec strategy=4:DeploymentStrategy
    minReadySeconds=5:int revisionHistoryLimit=6:int! paused=7:bool progressDeadlineSeconds=9:int!`,
  DeploymentStrategy: 'type=1 rollingUpdate=2:RollingUpdateDeployment',
  RollingUpdateDeployment: 'maxUnavailable=1:IntOrString maxSurge=2:IntOrString',
  DeploymentStatus: `
    observedGeneration=1:int replicas=2:int updatedReplicas=3:int readyReplicas=7:int availableReplicas=4:int
    unavailableReplicas=5:int conditions=6:DeploymentCondition[] collisionCount=8:int!`,
  DeploymentCondition: 'type=1! status=2! lastUpdateTime=6:Time lastTransitionTime=7:Time reason=4 message=5',
  ReplicaSet: 'metadata=1:ObjectMeta spec=2:ReplicaSetSpec status=3:ReplicaSetStatus',
  ReplicaSetSpec: 'replicas=1:int! minReadySeconds=4:int selector=2:LabelSelector template=3:PodTemplateSpec',
  ReplicaSetStatus: `
    replicas=1:int! fullyLabeledReplicas=2:int readyReplicas=4:int availableReplicas=5:int
    observedGeneration=3:int conditions=6:ReplicaSetCondition[]`,
  ReplicaSetCondition: 'type=1! status=2! lastTransitionTime=3:Time reason=4 message=5',
};
