import { nameSuffix } from '../api/name-syntax.ts';

/** `PREFIX-` and five random characters; a long prefix is cut so that the whole is a valid label (63 characters). */
export function randomName(prefix: string, random: () => number): string {
  return `${prefix.slice(0, 57)}-${nameSuffix((count) => Math.floor(random() * count))}`;
}
