/** One thing that is wrong with an object. */
export interface FieldError {
  /** Path from the root of the object: `spec.cidr`, `spec.reservedCIDRs[2]`. */
  readonly field: string;
  /** What was found there; `undefined` when it is missing or the error is about several fields together. */
  readonly value?: unknown;
  /** What is wrong, or what is needed. */
  readonly reason: string;
  /** Which of the sorts of errors that Kubernetes tells apart, where it is not that the value is invalid. */
  readonly sort?: 'required' | 'forbidden' | 'unsupported' | 'too long';
}
