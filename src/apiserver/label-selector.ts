import { badRequest } from './status-error.ts';

/** Decides on an object's labels. */
export type LabelMatch = (labels: Readonly<Record<string, string>>) => boolean;

const identifier = /^[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?$/;
const requirement =
  /^\s*(?:(?<absent>!)\s*(?<absentKey>[^\s!=<>(),]+)|(?<key>[^\s!=<>(),]+)(?:\s*(?<operator>==|=|!=|<|>)\s*(?<value>[^\s!=<>(),]*)|\s+(?<set>in|notin)\s*\((?<values>[^()]*)\))?)\s*$/;

/**
 * Parses a Kubernetes label selector: `a=b,c!=d,e in (x,y),f notin (z),g,!h,i>5`.
 * All requirements must hold; `!=` and `notin` also hold when the label is absent. The empty text matches everything.
 *
 * @throws StatusError 400
 * @see Kubernetes documentation "Labels and Selectors"
 */
export function parseLabelSelector(text: string): LabelMatch {
  if (text.trim() === '') return () => true;
  const matches = splitTopLevel(text).map((part) => parseRequirement(part, text));
  return (labels) => matches.every((match) => match(labels));
}

function parseRequirement(part: string, whole: string): LabelMatch {
  const groups = requirement.exec(part)?.groups;
  if (groups === undefined)
    throw badSelector(whole, `found "${part.trim()}", expected KEY, !KEY, KEY=VALUE or KEY in (VALUES)`);
  const key = groups.absentKey ?? groups.key ?? '';
  if (!identifier.test(key) || key.length > 317) throw badSelector(whole, `invalid label key "${key}"`);
  const has = (labels: Readonly<Record<string, string>>) => Object.hasOwn(labels, key);
  if (groups.absent !== undefined) return (labels) => !has(labels);
  if (groups.set !== undefined) {
    const values = new Set((groups.values ?? '').split(',').map((value) => checkValue(value.trim(), whole)));
    return groups.set === 'in'
      ? (labels) => has(labels) && values.has(labels[key] ?? '')
      : (labels) => !has(labels) || !values.has(labels[key] ?? '');
  }
  if (groups.operator === undefined) return has;
  return comparison(key, groups.operator, checkValue(groups.value ?? '', whole), whole);
}

function comparison(key: string, operator: string, value: string, whole: string): LabelMatch {
  if (operator === '!=') return (labels) => !Object.hasOwn(labels, key) || labels[key] !== value;
  if (operator !== '<' && operator !== '>') return (labels) => Object.hasOwn(labels, key) && labels[key] === value;
  if (!/^-?\d+$/.test(value)) throw badSelector(whole, `"${value}" is no integer, which ${operator} needs`);
  const limit = BigInt(value);
  return (labels) => {
    const found = labels[key];
    if (found === undefined || !/^-?\d+$/.test(found)) return false;
    return operator === '<' ? BigInt(found) < limit : BigInt(found) > limit;
  };
}

function checkValue(value: string, whole: string): string {
  if (value.length <= 63 && (value === '' || /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(value))) return value;
  throw badSelector(whole, `invalid label value "${value}"`);
}

function splitTopLevel(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function badSelector(text: string, why: string): Error {
  return badRequest(`unable to parse requirement of label selector "${text}": ${why}`);
}
