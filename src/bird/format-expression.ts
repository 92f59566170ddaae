import { assertNever, WeftError } from '../base/errors.ts';
import { cidrFamily, cidrLength } from '../net/cidr.ts';
import { addressBits } from '../net/ip.ts';
import { formatKeywords, formatSymbol, quotePattern, quoteText } from './quote.ts';
import type { BirdExpression, BirdPrefix } from './statement.ts';

/**
 * The expression on one line.
 *
 * @throws WeftError BIRD_BAD_TEXT for what cannot be written
 */
export function formatExpression(whole: BirdExpression): string {
  const expression = withoutLists(whole);
  switch (expression.kind) {
    case 'number':
      return formatNumber(expression.value);
    case 'text':
      return quoteText(expression.text);
    case 'pattern':
      return `${expression.negated === true ? '-' : ''}${quotePattern(expression.pattern)}`;
    case 'word':
      return formatKeywords(expression.word);
    case 'symbol':
      return formatSymbol(expression.name);
    case 'address':
      return expression.ip;
    case 'network':
      return expression.cidr;
    case 'prefixes':
      return `[${someOf(expression.prefixes, 'prefixes').map(formatPrefix).join(', ')}]`;
    case 'numbers':
      return `[${someOf(expression.values, 'numbers').map(formatNumber).join(', ')}]`;
    case 'community':
      return formatCommunity(expression.parts);
    case 'path beginning':
      return `[= ${someOf(expression.path, 'AS numbers').map(formatNumber).join(' ')} * =]`;
    case 'operation':
      return `${operand(expression.left)} ${expression.operator} ${operand(expression.right)}`;
    case 'all':
      return expression.of.map(operand).join(' && ');
    case 'any':
      return expression.of.map(operand).join(' || ');
    case 'not':
      return `!${operand(expression.of)}`;
    case 'defined':
      return `defined(${formatKeywords(expression.attribute)})`;
    default:
      return assertNever(expression);
  }
}

/** `10.0.0.0/8`, with all that is inside `10.0.0.0/8+`, with all that holds it `10.0.0.0/8-`, between bounds `10.0.0.0/8{9,24}`. */
export function formatPrefix({ cidr, shortest, longest }: BirdPrefix): string {
  const length = cidrLength(cidr);
  const bits = addressBits(cidrFamily(cidr));
  if (shortest > longest || longest > bits) {
    throw new WeftError(
      'BIRD_BAD_TEXT',
      `Cannot write lengths ${shortest} to ${longest} of "${cidr}": none is in between`,
    );
  }
  if (shortest === length && longest === length) return cidr;
  if (shortest === length && longest === bits) return `${cidr}+`;
  if (shortest === 0 && longest === length) return `${cidr}-`;
  return `${cidr}{${shortest},${longest}}`;
}

/** `(64512, 100)`. */
export function formatCommunity(parts: readonly number[]): string {
  const largest = parts.length === 2 ? 0xffff : 0xffffffff;
  if ((parts.length !== 2 && parts.length !== 3) || parts.some((part) => part > largest)) {
    throw new WeftError('BIRD_BAD_TEXT', `Cannot write community "${parts.join(':')}": aa:nn or aa:nn:mm needed`);
  }
  return `(${parts.map(formatNumber).join(', ')})`;
}

/** Whole and of at most 32 bits, as all of BIRD's numbers. */
export function formatNumber(value: number): string {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new WeftError(
      'BIRD_BAD_TEXT',
      `Cannot write number "${value}" into BIRD's configuration: 0 to 4294967295 needed`,
    );
  }
  return `${value}`;
}

/** Parentheses where BIRD's precedence would read something else, or people would have to think of it. */
function operand(whole: BirdExpression): string {
  const expression = withoutLists(whole);
  const text = formatExpression(expression);
  return expression.kind === 'all' || expression.kind === 'any' || expression.kind === 'operation' ? `(${text})` : text;
}

/** A list of one condition is that condition, of none a word. */
function withoutLists(expression: BirdExpression): BirdExpression {
  if (expression.kind !== 'all' && expression.kind !== 'any') return expression;
  const [only, ...others] = expression.of;
  if (only === undefined) return { kind: 'word', word: expression.kind === 'all' ? 'true' : 'false' };
  return others.length === 0 ? withoutLists(only) : expression;
}

function someOf<T>(values: readonly T[], what: string): readonly T[] {
  if (values.length === 0)
    throw new WeftError('BIRD_BAD_TEXT', `Cannot write a set of no ${what}: BIRD has no empty sets`);
  return values;
}
