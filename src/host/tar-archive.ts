/** A file of an archive. */
export interface ArchiveFile {
  /** Relative, at most 100 bytes. */
  readonly name: string;
  readonly content: Uint8Array;
}

const blockBytes = 512;

/**
 * A tar archive of plain files, owned by root, readable by their owner only.
 *
 * @param nowMs time of modification of all files
 * @see POSIX.1-2008 pax, "ustar Interchange Format"
 */
export function tarArchive(files: readonly ArchiveFile[], nowMs: number): Uint8Array {
  const blocks = files.flatMap(({ name, content }) => [header(name, content.length, nowMs), padded(content)]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]);
}

function header(name: string, size: number, nowMs: number): Uint8Array {
  const block = Buffer.alloc(blockBytes);
  const number = (value: number, offset: number, digits: number) =>
    block.write(`${value.toString(8).padStart(digits, '0')}\0`, offset, 'latin1');
  block.write(name, 0, 100, 'utf8');
  number(0o600, 100, 7);
  number(0, 108, 7);
  number(0, 116, 7);
  number(size, 124, 11);
  number(Math.floor(nowMs / 1000), 136, 11);
  block.write('        0', 148, 'latin1');
  block.write('ustar\x0000root', 257, 'latin1');
  block.write('root', 297, 'latin1');
  // The sum counts its own field as spaces.
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function padded(content: Uint8Array): Uint8Array {
  const block = Buffer.alloc(Math.ceil(content.length / blockBytes) * blockBytes);
  block.set(content);
  return block;
}
