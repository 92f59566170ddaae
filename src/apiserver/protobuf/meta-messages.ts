import type { MessageTable } from './message-table.ts';

/** meta/v1: what every object has, and the options of a deletion. */
export const metaMessages: MessageTable = {
  ObjectMeta: `
    name=1 generateName=2 namespace=3 selfLink=4 uid=5 resourceVersion=6 generation=7:int
    creationTimestamp=8:Time deletionTimestamp=9:Time deletionGracePeriodSeconds=10:int! labels=11:string{}
    annotations=12:string{} ownerReferences=13:OwnerReference[] finalizers=14:string[]
    managedFields=17:ManagedFieldsEntry[]`,
  OwnerReference: 'apiVersion=5! kind=1! name=3! uid=4! controller=6:bool! blockOwnerDeletion=7:bool!',
  ManagedFieldsEntry: 'manager=1 operation=2 apiVersion=3 time=4:Time fieldsType=6 fieldsV1=7:Json subresource=8',
  Condition: 'type=1! status=2! observedGeneration=3:int lastTransitionTime=4:Time reason=5! message=6!',
  LabelSelector: 'matchLabels=1:string{} matchExpressions=2:LabelSelectorRequirement[]',
  LabelSelectorRequirement: 'key=1! operator=2! values=3:string[]',
  DeleteOptions: `
    gracePeriodSeconds=1:int! preconditions=2:Preconditions orphanDependents=3:bool! propagationPolicy=4
    dryRun=5:string[] ignoreStoreReadErrorWithClusterBreakingPotential=6:bool!`,
  Preconditions: 'uid=1 resourceVersion=2',
};
