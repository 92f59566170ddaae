/** Part of a policy that cannot be enforced: which field, what is found there and what is needed. */
export class Unreadable extends Error {
  /** From the spec: `ingress[0].source.selector`; inside of a rule, from the rule: `source.selector`. */
  readonly field: string;

  constructor(field: string, problem: string) {
    super(problem);
    this.name = 'Unreadable';
    this.field = field;
  }
}
