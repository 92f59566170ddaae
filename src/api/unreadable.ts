import { errorText } from '../base/errors.ts';

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

/** What `read` makes of a field; what it throws, as an {@link Unreadable} that names the field. */
export function readField<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Unreadable(field, errorText(error));
  }
}
