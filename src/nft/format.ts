import { WeftError } from '../base/errors.ts';
import { elementCount, elementsOf } from './elements.ts';
import type { BaseHook, Chain, DataType, MapElement, NftMap, NftSet, Rule, SetElement, Table } from './model.ts';
import { maxRuleComment } from './model.ts';
import { hashedComment } from './rule-hash.ts';

/**
 * The table as text that `nft -f` reads and that people like to read. Loading it adds to a table that exists already;
 * {@link formatReplacement} replaces.
 *
 * @throws WeftError NFT_BAD_TEXT for a name, comment or element that cannot be written safely
 */
export function formatTable(table: Table): string {
  const blocks = [
    ...table.sets.map((set) => formatSet(set)),
    ...table.maps.map((map) => formatMap(map)),
    ...table.chains.map((chain) => formatChain(chain)),
  ];
  const comment = table.comment === undefined ? '' : `\tcomment ${quote(table.comment)}\n\n`;
  return `table ${tableName(table)} {\n${comment}${blocks.join('\n')}}\n`;
}

/**
 * One transaction that removes whatever the table holds and creates it anew. Counters start at zero. The leading `add`
 * makes the `delete` legal where there is no such table (nft 1.0.6 has no `destroy`).
 */
export function formatReplacement(table: Table): string {
  return `add table ${tableName(table)}\ndelete table ${tableName(table)}\n\n${formatTable(table)}`;
}

/** `inet weft`. */
export function tableName(table: Pick<Table, 'family' | 'name'>): string {
  return `${table.family} ${identifier(table.name)}`;
}

/** `iifname "cali*" counter drop comment "why #hash"`: a rule without its chain. */
export function formatRule(chain: string, rule: Rule): string {
  if (new TextEncoder().encode(rule.comment).length > maxRuleComment) {
    throw badText('rule comment', rule.comment, `longer than ${maxRuleComment} bytes`, 'a shorter one');
  }
  const counter = rule.uncounted === true ? '' : 'counter';
  const parts = [rule.match, counter, rule.action, `comment ${quote(hashedComment(chain, rule))}`];
  return parts.filter((part) => part !== '').join(' ');
}

/** `type filter hook input priority filter; policy accept;` */
export function formatHook(hook: BaseHook): string {
  return `type ${hook.type} hook ${hook.hook} priority ${formatPriority(hook)}; policy ${hook.policy};`;
}

/** The elements between the braces of `elements = { ... }` or `add element ... { ... }`. */
export function formatElements(set: NftSet | NftMap, elements: Iterable<SetElement | MapElement>): string {
  return Array.from(elements, (element) => formatElement(set, element)).join(',\n\t\t\t     ');
}

/** The lines that declare a set or map inside a table, without its elements. */
export function formatDeclaration(set: NftSet | NftMap): string[] {
  const key = set.key.join(' . ');
  const type = 'value' in set ? `${key} : ${set.value === 'verdict' ? 'verdict' : set.value.join(' . ')}` : key;
  const lines = [`type ${type}`];
  if (set.flags.length > 0) lines.push(`flags ${set.flags.join(',')}`);
  if (set.comment !== undefined) lines.push(`comment ${quote(set.comment)}`);
  return lines;
}

/** A name as it is written; refuses what nft would read as something else. */
export function identifier(name: string): string {
  if (!/^[A-Za-z][A-Za-z0-9/_.-]{0,254}$/.test(name)) {
    throw badText('name', name, 'not an identifier', 'a letter, then at most 254 letters, digits and /_.-');
  }
  return name;
}

function formatSet(set: NftSet): string {
  return block(`set ${identifier(set.name)}`, [...formatDeclaration(set), ...elementLines(set)]);
}

function formatMap(map: NftMap): string {
  return block(`map ${identifier(map.name)}`, [...formatDeclaration(map), ...elementLines(map)]);
}

function formatChain(chain: Chain): string {
  const lines: string[] = [];
  if (chain.comment !== undefined) lines.push(`comment ${quote(chain.comment)}`);
  if (chain.hook !== undefined) lines.push(formatHook(chain.hook));
  lines.push(...chain.rules.map((rule) => formatRule(chain.name, rule)));
  return block(`chain ${identifier(chain.name)}`, lines);
}

function block(head: string, lines: readonly string[]): string {
  return `\t${head} {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`;
}

function elementLines(set: NftSet | NftMap): string[] {
  return elementCount(set) === 0 ? [] : [`elements = { ${formatElements(set, elementsOf(set))} }`];
}

function formatElement(set: NftSet | NftMap, element: SetElement | MapElement): string {
  if (element.key.length !== set.key.length) {
    throw badText('element', element.key.join(' . '), `${element.key.length} parts`, `${set.key.length} parts`);
  }
  const key = set.key.map((type, i) => formatDatum(type, element.key[i] ?? '')).join(' . ');
  const comment = element.comment === undefined ? '' : ` comment ${quote(element.comment)}`;
  return `${key}${comment}${'value' in element ? ` : ${formatValue(set, element.value)}` : ''}`;
}

function formatDatum(type: DataType, text: string): string {
  if (type === 'ifname') return quote(text);
  if (type === 'inet_proto') return protocolNames[text] ?? plain(type, text);
  if (type === 'mark' && /^\d+$/.test(text)) return `0x${Number(text).toString(16).padStart(8, '0')}`;
  return plain(type, text);
}

/** For people; other protocols stay numbers, as not every machine knows the same names. */
const protocolNames: Readonly<Record<string, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  58: 'ipv6-icmp',
  132: 'sctp',
};

function plain(type: DataType, text: string): string {
  if (!/^[0-9A-Za-z:./-]+$/.test(text)) throw badText(`${type} element`, text, 'not a plain value', 'a plain value');
  return text;
}

function formatValue(set: NftSet | NftMap, value: string): string {
  if ('value' in set && set.value === 'verdict') {
    const verdict = /^(?:accept|drop|return|continue|(?:goto|jump) ([A-Za-z][A-Za-z0-9/_.-]*))$/.exec(value);
    if (verdict === null) throw badText('verdict', value, 'not a verdict', 'accept, drop, return, goto or jump');
    return value;
  }
  const types = 'value' in set && set.value !== 'verdict' ? set.value : [];
  const parts = value.split(' . ');
  return types.map((type, i) => formatDatum(type, parts[i] ?? '')).join(' . ');
}

const priorities: Readonly<Record<string, number>> = { raw: -300, mangle: -150, filter: 0, security: 50, srcnat: 100 };

function formatPriority(hook: BaseHook): string {
  if (hook.type === 'nat' && hook.hook === 'prerouting' && hook.priority === -100) return 'dstnat';
  for (const [name, base] of Object.entries(priorities)) {
    if (name === 'srcnat' && hook.hook !== 'postrouting') continue;
    const offset = hook.priority - base;
    if (offset === 0) return name;
    if (Math.abs(offset) <= 10) return `${name} ${offset < 0 ? '-' : '+'} ${Math.abs(offset)}`;
  }
  return `${hook.priority}`;
}

/** nft strings have no escapes: what cannot stand between two quotes is refused. */
function quote(text: string): string {
  if (/["\\\n\r]/.test(text) || /\p{Cc}/u.test(text)) {
    throw badText('text', text, 'holds a quote, backslash or control character', 'plain text');
  }
  return `"${text}"`;
}

function badText(what: string, text: string, found: string, needed: string): WeftError {
  return new WeftError('NFT_BAD_TEXT', `Cannot write nftables ${what} "${text}": ${found}, ${needed} needed`);
}
