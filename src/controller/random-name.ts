/** No vowels and no look-alikes, so that no words and no misreadings arise. */
export const safeLetters = 'bcdfghjklmnpqrstvwxz2456789';

/** `PREFIX-` and five random characters; a long prefix is cut so that the whole is a valid label (63 characters). */
export function randomName(prefix: string, random: () => number): string {
  const letters = Array.from({ length: 5 }, () => safeLetters[Math.floor(random() * safeLetters.length)]);
  return `${prefix.slice(0, 57)}-${letters.join('')}`;
}
