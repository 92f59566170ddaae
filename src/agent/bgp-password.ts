/**
 * The password in the value of a Secret's key (base64), `undefined` when it is no text. A line feed at the end is taken
 * for a slip of the editor and left out. Whether it can be used is seen where it is written down.
 */
export function decodeBgpPassword(base64: string): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(base64, 'base64'));
    return text.replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
}
