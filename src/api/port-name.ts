/**
 * True for the name of a service: at most 15 lower-case letters, digits and `-`, a letter among them, no `-` at an end
 * or beside another.
 *
 * @see RFC 6335 section 5.1
 */
export function isPortName(name: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/.test(name) && /[a-z]/.test(name) && !name.includes('--');
}

/** Why a name of a port is refused, in the words of Kubernetes. */
export const portNameReason =
  "must be no more than 15 characters, contain at least one letter (a-z), only lower case alphanumeric characters and '-', no '-' at either end and no two in a row";
