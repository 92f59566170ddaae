import { checkSchema, isShapeError } from '../check-schema.ts';
import type { FieldError } from '../field-error.ts';
import type { JsonSchema } from '../json-schema.ts';
import type { Kind, KubernetesObject } from '../meta.ts';
import { validateObject } from '../validate.ts';

/** What is wrong with a value. */
export type Check = (value: unknown) => readonly FieldError[];

/** One test for each value: it is taken, or it is refused. `test` is that of node:test. */
export function decide(
  test: (name: string, run: () => void) => unknown,
  title: string,
  check: Check,
  accepted: readonly unknown[],
  refused: readonly unknown[],
): void {
  for (const value of accepted) {
    test(`${title} ${shorten(value)}: -> accepted`, () => {
      const errors = check(value);
      if (errors.length > 0) throw new Error(`refused: ${JSON.stringify(errors)}`);
    });
  }
  for (const value of refused) {
    test(`${title} ${shorten(value)}: -> refused`, () => {
      if (check(value).length === 0) throw new Error('accepted');
    });
  }
}

/** The value as the spec of an object. */
export function asSpec(kind: Kind<KubernetesObject>, name = 'default'): Check {
  return (spec) => validateObject(kind, { metadata: { name }, spec } as unknown as KubernetesObject);
}

/** The value as an object. */
export function asObject(kind: Kind<KubernetesObject>): Check {
  return (object) => validateObject(kind, object as KubernetesObject);
}

/** The value as a part of an object: schema first, then the rules. */
export function asPart<T>(schema: JsonSchema, check: (field: string, value: T) => readonly FieldError[]): Check {
  return (value) => {
    const errors = checkSchema(schema, value, '');
    return errors.some(isShapeError) ? errors : [...errors, ...check('', value as T)];
  };
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 150 ? text : `${text.slice(0, 150)}... (${text.length})`;
}
