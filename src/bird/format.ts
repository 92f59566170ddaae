import { assertNever } from '../base/errors.ts';
import { formatCommunity, formatExpression, formatNumber, formatPrefix } from './format-expression.ts';
import type { BirdConfiguration, BirdDefinition, BirdItem, BirdPart, BirdWord } from './model.ts';
import { commentText, formatKeywords, formatSymbol } from './quote.ts';
import type { BirdExpression, BirdStatement } from './statement.ts';

/** The text of a configuration, and where each of its lines comes from. */
export interface FormattedConfiguration {
  readonly text: string;
  /** The API object that line `line` (from 1, as BIRD counts) follows from: `BGPPeer "rack1"`. */
  originOf(line: number): string | undefined;
}

/**
 * The file that BIRD reads and that people read, too.
 *
 * @throws WeftError BIRD_BAD_TEXT for a name, number or text that BIRD's language cannot hold
 */
export function formatBirdConfiguration(configuration: BirdConfiguration): FormattedConfiguration {
  const lines = configuration.parts.flatMap((part, i) => [...(i === 0 ? [] : [{ text: '' }]), ...partLines(part)]);
  return { text: lines.map(({ text }) => `${text}\n`).join(''), originOf: (line) => lines[line - 1]?.origin };
}

interface Line {
  readonly text: string;
  readonly origin?: string;
}

function partLines(part: BirdPart): readonly Line[] {
  const comment = part.comment.map((text) => ({ text: commentText(`# ${text}`) }));
  return withOrigin(part.origin, [...comment, ...part.items.flatMap(itemLines)]);
}

function itemLines(item: BirdItem): readonly Line[] {
  switch (item.kind) {
    case 'option': {
      const comment = item.comment === undefined ? '' : `  ${commentText(`# ${item.comment}`)}`;
      return withOrigin(item.origin, [{ text: `${formatWords(item.words)};${comment}` }]);
    }
    case 'block': {
      // What stands inside another block ends with a semicolon.
      const [first] = item.head;
      const end = typeof first === 'string' && first.startsWith('protocol ') ? '}' : '};';
      return block(formatWords(item.head), item.items.flatMap(itemLines), end);
    }
    case 'define':
      return definitionLines(item);
    case 'function': {
      const parameters = item.parameters.map(({ type, name }) => `${type} ${formatSymbol(name)}`).join('; ');
      return block(`function ${formatSymbol(item.name)}(${parameters})`, item.body.flatMap(statementLines), '}');
    }
    case 'filter': {
      const name = item.name === undefined ? '' : ` ${formatSymbol(item.name)}`;
      return block(`${item.role}${name}`, item.body.flatMap(statementLines), item.role === 'filter' ? '}' : '};');
    }
    default:
      return assertNever(item);
  }
}

function definitionLines({ name, comment, value }: BirdDefinition): readonly Line[] {
  const head = `define ${formatSymbol(name)} =`;
  const lines: Line[] = [{ text: commentText(`# ${comment}`) }];
  if (value.kind !== 'prefixes') return [...lines, { text: `${head} ${formatExpression(value)};` }];
  const elements = value.prefixes.map((prefix, i) => ({
    text: `${formatPrefix(prefix)}${i === value.prefixes.length - 1 ? '' : ','}`,
    ...(prefix.origin === undefined ? {} : { origin: prefix.origin }),
  }));
  return [...lines, { text: `${head} [` }, ...indent(elements), { text: '];' }];
}

function statementLines(statement: BirdStatement): readonly Line[] {
  switch (statement.kind) {
    case 'accept':
    case 'reject':
      return [{ text: `${statement.kind};` }];
    case 'comment':
      return [{ text: commentText(`# ${statement.text}`) }];
    case 'if':
      return withOrigin(statement.origin, ifLines(statement));
    case 'set':
      return [{ text: `${formatKeywords(statement.attribute)} = ${formatExpression(statement.value)};` }];
    case 'call': {
      const text = `${formatSymbol(statement.name)}(${statement.values.map(formatExpression).join(', ')});`;
      return withOrigin(statement.origin, [{ text }]);
    }
    case 'add community': {
      const list = statement.parts.length === 3 ? 'bgp_large_community' : 'bgp_community';
      return [{ text: `${list}.add(${formatCommunity(statement.parts)});` }];
    }
    case 'prepend':
      return [{ text: `bgp_path.prepend(${formatNumber(statement.as)});` }];
    default:
      return assertNever(statement);
  }
}

function ifLines({ condition, body, otherwise }: Extract<BirdStatement, { kind: 'if' }>): readonly Line[] {
  const head = `if ${formatExpression(condition)} then`;
  const lines = body.flatMap(statementLines);
  const [only] = lines;
  if (lines.length === 1 && only !== undefined && otherwise === undefined && !only.text.startsWith('#')) {
    return [{ ...only, text: `${head} ${only.text}` }];
  }
  if (otherwise === undefined) return block(head, lines, '}');
  return [{ text: `${head} {` }, ...indent(lines), ...block('} else', otherwise.flatMap(statementLines), '}')];
}

function formatWords(words: readonly BirdWord[]): string {
  return words.map(formatWord).join(' ');
}

function formatWord(word: BirdWord): string {
  if (typeof word === 'string') return formatKeywords(word);
  if (isList(word)) return word.map(formatExpression).join(', ');
  if (word.kind === 'keywords') return `{ ${word.words.map(formatKeywords).join(', ')} }`;
  return formatExpression(word);
}

/** Array.isArray does not narrow readonly arrays. */
function isList(word: Exclude<BirdWord, string>): word is readonly BirdExpression[] {
  return Array.isArray(word);
}

function block(head: string, lines: readonly Line[], end: string): readonly Line[] {
  return [{ text: `${head} {` }, ...indent(lines), { text: end }];
}

function indent(lines: readonly Line[]): readonly Line[] {
  return lines.map((line) => ({ ...line, text: line.text === '' ? '' : `  ${line.text}` }));
}

/** What has an origin of its own keeps it. */
function withOrigin(origin: string | undefined, lines: readonly Line[]): readonly Line[] {
  return origin === undefined ? lines : lines.map((line) => ({ origin, ...line }));
}
