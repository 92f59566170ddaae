const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const word = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** Most characters of a label value, and of the name part of a key. */
const maxWordLength = 63;
const maxSubdomainLength = 253;

/** True for what most objects can be called. @see RFC 1123 section 2.1, Kubernetes "Object Names and IDs" */
export function isSubdomain(text: string): boolean {
  return text.length <= maxSubdomainLength && subdomain.test(text);
}

/** True for a key of a label, an annotation or a finalizer: `[DOMAIN/]NAME`. @see Kubernetes "Labels and Selectors" */
export function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/');
  const name = key.slice(slash + 1);
  return name.length <= maxWordLength && word.test(name) && (slash < 0 || isSubdomain(key.slice(0, slash)));
}

/** True for the value of a label; it may be empty. */
export function isLabelValue(value: string): boolean {
  return value === '' || (value.length <= maxWordLength && word.test(value));
}

/** No vowels and no look-alikes, so that no words and no misreadings arise. */
export const safeLetters = 'bcdfghjklmnpqrstvwxz2456789';

/** The end of a generated name: five {@link safeLetters}. @param pick a random whole number below `count` */
export function nameSuffix(pick: (count: number) => number): string {
  return Array.from({ length: 5 }, () => safeLetters[pick(safeLetters.length)]).join('');
}
