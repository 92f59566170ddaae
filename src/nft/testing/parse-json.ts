import { WeftError } from '../../base/errors.ts';
import { tryParseIp } from '../../net/ip.ts';
import type { ListedChain, ListedRule, ListedSet, ListedTable } from '../listed-table.ts';
import type { BaseHook, MapElement, SetElement } from '../model.ts';
import { hashOfComment } from '../rule-hash.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * For tests: nft's own account of a table, to compare ours with. Reads what `nft -j -p list table FAMILY NAME` prints
 * (already through JSON.parse). `undefined` when it holds no table.
 *
 * @throws WeftError NFT_BAD_LISTING when the JSON is not such a listing
 * @see man libnftables-json(5)
 */
export function parseTableListing(listing: unknown): ListedTable | undefined {
  const entries = objectOf(listing, 'listing').nftables;
  if (!Array.isArray(entries)) throw badListing('no "nftables" list');
  const of = (kind: string) =>
    entries.flatMap((entry: unknown) => {
      const value = objectOf(entry, 'entry')[kind];
      return value === undefined ? [] : [objectOf(value, kind)];
    });
  const table = of('table')[0];
  if (table === undefined) return undefined;
  const rules = Map.groupBy(of('rule'), (rule) => text(rule.chain));
  return {
    family: text(table.family),
    name: text(table.name),
    flagged: table.flags !== undefined,
    sets: [...of('set'), ...of('map')].map(parseSet),
    chains: of('chain').map((chain) => parseChain(chain, rules.get(text(chain.name)) ?? [])),
  };
}

function parseChain(chain: Json, rules: readonly Json[]): ListedChain {
  const parsed = { name: text(chain.name), rules: rules.map(parseRule) };
  if (chain.hook === undefined) return parsed;
  const hook = { type: chain.type, hook: chain.hook, priority: chain.prio, policy: chain.policy ?? 'accept' };
  return { ...parsed, hook: hook as BaseHook };
}

function parseRule(rule: Json): ListedRule {
  const expressions: unknown[] = Array.isArray(rule.expr) ? rule.expr : [];
  const counter = expressions.flatMap((one) => (isObject(one) && isObject(one.counter) ? [one.counter] : []))[0];
  const comment = typeof rule.comment === 'string' ? rule.comment : '';
  const hash = hashOfComment(comment);
  const packets = Number(counter?.packets ?? 0);
  const bytes = Number(counter?.bytes ?? 0);
  const parsed = { handle: Number(rule.handle), comment, packets, bytes };
  return hash === undefined ? parsed : { ...parsed, hash };
}

function parseSet(set: Json): ListedSet {
  const isMap = set.map !== undefined;
  const elements: unknown[] = Array.isArray(set.elem) ? set.elem : [];
  const parsed = {
    name: text(set.name),
    key: texts(set.type),
    flags: set.flags === undefined ? [] : texts(set.flags),
    elements: elements.map((element) => (isMap ? parseMapElement(element) : parseElement(element))),
  };
  return isMap ? { ...parsed, value: texts(set.map) } : parsed;
}

function parseMapElement(entry: unknown): MapElement {
  if (!Array.isArray(entry) || entry.length !== 2) throw badListing(`map element ${JSON.stringify(entry)}`);
  return { ...parseElement(entry[0]), value: datum(entry[1]).join(' . ') };
}

function parseElement(entry: unknown): SetElement {
  if (!isObject(entry) || !isObject(entry.elem)) return { key: datum(entry) };
  const key = datum(entry.elem.val);
  return typeof entry.elem.comment === 'string' ? { key, comment: entry.elem.comment } : { key };
}

/** The parts of a value: `{concat: [...]}` has several, everything else one. */
function datum(value: unknown): string[] {
  if (isObject(value) && Array.isArray(value.concat)) return value.concat.flatMap(datum);
  if (typeof value === 'number') return [`${value}`];
  if (typeof value === 'string') return [tryParseIp(value) ?? value];
  if (!isObject(value)) throw badListing(`element ${JSON.stringify(value)}`);
  if (isObject(value.prefix)) return [`${datum(value.prefix.addr)}/${Number(value.prefix.len)}`];
  if (Array.isArray(value.range)) return [value.range.flatMap(datum).join('-')];
  return [verdict(value)];
}

function verdict(value: Json): string {
  const [kind, body] = Object.entries(value)[0] ?? ['', undefined];
  return isObject(body) ? `${kind} ${text(body.target)}` : kind;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : [text(value)];
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw badListing(`${JSON.stringify(value)} where a text belongs`);
  return value;
}

function objectOf(value: unknown, what: string): Json {
  if (!isObject(value)) throw badListing(`${what} is not an object`);
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function badListing(found: string): WeftError {
  return new WeftError('NFT_BAD_LISTING', `Cannot read nftables listing: ${found}, output of "nft -j list" needed`);
}
