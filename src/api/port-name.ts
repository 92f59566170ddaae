/**
 * True for the name of a service: at most 15 lower-case letters, digits and `-`, a letter among them, no `-` at an end
 * or beside another.
 *
 * @see RFC 6335 section 5.1
 */
export function isPortName(name: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/.test(name) && /[a-z]/.test(name) && !name.includes('--');
}
