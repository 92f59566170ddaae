import type { MessageTable } from './message-table.ts';

/** rbac.authorization.k8s.io/v1, and policy/v1: disruption budgets. */
export const accessMessages: MessageTable = {
  PodDisruptionBudget: 'metadata=1:ObjectMeta spec=2:PodDisruptionBudgetSpec status=3:PodDisruptionBudgetStatus',
  PodDisruptionBudgetSpec: `
    minAvailable=1:IntOrString selector=2:LabelSelector maxUnavailable=3:IntOrString
    unhealthyPodEvictionPolicy=4`,
  PodDisruptionBudgetStatus: `
    observedGeneration=1:int disruptedPods=2:Time{} disruptionsAllowed=3:int! currentHealthy=4:int!
    desiredHealthy=5:int! expectedPods=6:int! conditions=7:Condition[]`,
  Role: 'metadata=1:ObjectMeta rules=2:PolicyRule[]',
  PolicyRule: `
    verbs=1:string[] apiGroups=2:string[] resources=3:string[] resourceNames=4:string[]
    nonResourceURLs=5:string[]`,
  ClusterRole: 'metadata=1:ObjectMeta rules=2:PolicyRule[] aggregationRule=3:AggregationRule',
  AggregationRule: 'clusterRoleSelectors=1:LabelSelector[]',
  RoleBinding: 'metadata=1:ObjectMeta subjects=2:Subject[] roleRef=3:RoleRef',
  Subject: 'kind=1! apiGroup=2 name=3! namespace=4',
  RoleRef: 'apiGroup=1! kind=2! name=3!',
  ClusterRoleBinding: 'metadata=1:ObjectMeta subjects=2:Subject[] roleRef=3:RoleRef',
};
