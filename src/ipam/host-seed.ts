/** FNV-1, 32 bits, of the UTF-8 bytes. @see RFC 9923 */
export function fnv1(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash, 0x01000193) ^ byte;
  return hash >>> 0;
}

/**
 * Where a node starts to look for blocks: a number in [0, count) that depends on the node's name only, spread evenly
 * also for names that differ in one character (a 32-bit finaliser mixes the hash).
 */
export function hostStart(node: string, count: number): number {
  let hash = fnv1(node);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash = (hash ^ (hash >>> 16)) >>> 0;
  return Math.floor((hash / 2 ** 32) * count);
}
