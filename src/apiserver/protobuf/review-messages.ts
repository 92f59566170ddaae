import type { MessageTable } from './message-table.ts';

/** authorization.k8s.io/v1, authentication.k8s.io/v1, policy/v1. */
export const reviewMessages: MessageTable = {
  Eviction: 'metadata=1:ObjectMeta deleteOptions=2:DeleteOptions',
  SelfSubjectAccessReview: `
    metadata=1:ObjectMeta spec=2:SelfSubjectAccessReviewSpec status=3:SubjectAccessReviewStatus`,
  SelfSubjectAccessReviewSpec: 'resourceAttributes=1:ResourceAttributes nonResourceAttributes=2:NonResourceAttributes',
  ResourceAttributes: `
    namespace=1 verb=2 group=3 version=4 resource=5 subresource=6 name=7 fieldSelector=8:FieldSelectorAttributes
    labelSelector=9:LabelSelectorAttributes`,
  FieldSelectorAttributes: 'rawSelector=1 requirements=2:FieldSelectorRequirement[]',
  FieldSelectorRequirement: 'key=1 operator=2 values=3:string[]',
  LabelSelectorAttributes: 'rawSelector=1 requirements=2:LabelSelectorRequirement[]',
  NonResourceAttributes: 'path=1 verb=2',
  SubjectAccessReviewStatus: 'allowed=1:bool! denied=4:bool reason=2 evaluationError=3',
  SelfSubjectRulesReview: 'metadata=1:ObjectMeta spec=2:SelfSubjectRulesReviewSpec status=3:SubjectRulesReviewStatus',
  SelfSubjectRulesReviewSpec: 'namespace=1',
  SubjectRulesReviewStatus: `
    resourceRules=1:ResourceRule[] nonResourceRules=2:NonResourceRule[] incomplete=3:bool! evaluationError=4`,
  ResourceRule: 'verbs=1:string[] apiGroups=2:string[] resources=3:string[] resourceNames=4:string[]',
  NonResourceRule: 'verbs=1:string[] nonResourceURLs=2:string[]',
  SubjectAccessReview: 'metadata=1:ObjectMeta spec=2:SubjectAccessReviewSpec status=3:SubjectAccessReviewStatus',
  SubjectAccessReviewSpec: `
    resourceAttributes=1:ResourceAttributes nonResourceAttributes=2:NonResourceAttributes user=3
    groups=4:string[] extra=5:Strings{} uid=6`,
  LocalSubjectAccessReview: 'metadata=1:ObjectMeta spec=2:SubjectAccessReviewSpec status=3:SubjectAccessReviewStatus',
  SelfSubjectReview: 'metadata=1:ObjectMeta status=2:SelfSubjectReviewStatus',
  SelfSubjectReviewStatus: 'userInfo=1:UserInfo',
  UserInfo: 'username=1 uid=2 groups=3:string[] extra=4:Strings{}',
};
