import { WeftError } from '../../base/errors.ts';

/**
 * The text of a file's bytes. A byte order mark is passed over.
 *
 * @throws WeftError CLI_FILE when it is no UTF-8, or no text at all
 */
export function decodeText(file: string, bytes: Uint8Array): string {
  const problem = (found: string): WeftError =>
    new WeftError('CLI_FILE', `Cannot read file "${file}": ${found} found, YAML or JSON in UTF-8 needed`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw problem(bytes.includes(0) ? 'binary data' : 'text that is not UTF-8');
  }
  if (text.includes('\0')) throw problem('binary data');
  return text;
}
