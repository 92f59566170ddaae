import { WeftError } from '../base/errors.ts';

/** Refuses a topology: what was found, what is needed. @throws WeftError LAB_BAD_TOPOLOGY */
export function fail(why: string): never {
  throw new WeftError('LAB_BAD_TOPOLOGY', `Cannot build the lab: ${why}`);
}

/** The Kubernetes name prefix rule: what a node, a router, a segment or a lab may be called. @throws WeftError LAB_BAD_TOPOLOGY */
export function checkName(what: string, name: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/.test(name)) return name;
  return fail(`${what} name "${name}" is not valid, 1 to 40 lower-case letters, digits and inner hyphens needed`);
}

/** An AS number of 32 bits. @throws WeftError LAB_BAD_TOPOLOGY */
export function checkAsNumber(what: string, value: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= 4294967295) return value;
  return fail(`${what} has AS number ${value}, a whole number from 1 to 4294967295 needed`);
}
