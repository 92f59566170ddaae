import type { BirdExpression, BirdStatement } from './statement.ts';

/** `if condition then accept;` */
export function decide(condition: BirdExpression, action: 'accept' | 'reject'): BirdStatement {
  return { kind: 'if', condition, body: [{ kind: action }] };
}
