/** For tests: bytes from hex digits, blanks ignored: `021a0000 fe500001`. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replaceAll(/\s/g, '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16));
}

/** For tests: hex digits in groups of four bytes, as netlink is aligned. */
export function toHexWords(bytes: Uint8Array): string {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits.match(/.{1,8}/g)?.join(' ') ?? '';
}
