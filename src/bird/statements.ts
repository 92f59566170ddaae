import type { BirdExpression, BirdStatement } from './statement.ts';

/**
 * Short words for building statements, beside those for expressions:
 * `when(device('cali*'), set('preference', number(150)))`.
 */
export const accept: BirdStatement = { kind: 'accept' };

export const reject: BirdStatement = { kind: 'reject' };

/** `if condition then { body }` */
export function when(condition: BirdExpression, ...body: readonly BirdStatement[]): BirdStatement {
  return { kind: 'if', condition, body };
}

/** `attribute = value;` */
export function set(attribute: string, value: BirdExpression): BirdStatement {
  return { kind: 'set', attribute, value };
}

/** `name(values);`, a function of ours. */
export function call(name: string, ...values: readonly BirdExpression[]): Extract<BirdStatement, { kind: 'call' }> {
  return { kind: 'call', name, values };
}

/** A line for people who read the file. */
export function remark(text: string): BirdStatement {
  return { kind: 'comment', text };
}
