/** A kind of question that is asked by creating an object; nothing is stored. */
export interface ReviewKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const review = (group: string, kind: string, namespaced = false): ReviewKind => ({
  group,
  version: 'v1',
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced,
});

/** Questions about who one is and what one may do, and what is posted to a collection without being an object of it. */
export const reviewKinds: readonly ReviewKind[] = [
  review('', 'Binding', true),
  review('authentication.k8s.io', 'SelfSubjectReview'),
  review('authorization.k8s.io', 'LocalSubjectAccessReview', true),
  review('authorization.k8s.io', 'SelfSubjectAccessReview'),
  review('authorization.k8s.io', 'SelfSubjectRulesReview'),
  review('authorization.k8s.io', 'SubjectAccessReview'),
];

/** The kind asked at `/apis/GROUP/VERSION/PLURAL`. */
export function findReviewKind(group: string, version: string, plural: string): ReviewKind | undefined {
  return reviewKinds.find((kind) => kind.group === group && kind.version === version && kind.plural === plural);
}
