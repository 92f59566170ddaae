import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** What a write-ahead log file holds. */
export interface WalState {
  /** Bytes up to and including the last complete commit. */
  readonly validBytes: number;
  /** Bytes after it that belong to a write which never completed; 0 for a clean log. */
  readonly tornBytes: number;
  /** Why the tail does not count, when there is one. */
  readonly reason?: string;
}

const headerBytes = 32;
const frameHeaderBytes = 24;
const staleGenerations = 0x10000;

/**
 * Reads a SQLite write-ahead log as SQLite's recovery does, to be able to say what recovery will drop.
 *
 * Frames count up to the last one that ends a commit, has the header's salts and the right running checksum. What
 * follows is either frames of an earlier round of the same file (older salt: normal) or a torn tail.
 *
 * @see https://sqlite.org/fileformat2.html "The Write-Ahead Log"
 */
export function inspectWal(file: string): WalState {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (size === 0) return { validBytes: 0, tornBytes: 0 };
    return new WalReader(descriptor, size).read();
  } finally {
    closeSync(descriptor);
  }
}

class WalReader {
  readonly #descriptor: number;
  readonly #size: number;
  #littleEndian = true;
  #sum0 = 0;
  #sum1 = 0;

  constructor(descriptor: number, size: number) {
    this.#descriptor = descriptor;
    this.#size = size;
  }

  read(): WalState {
    const header = this.#bytes(0, headerBytes);
    if (header === undefined) return { validBytes: 0, tornBytes: this.#size, reason: 'header cut short' };
    const magic = header.getUint32(0);
    if (magic !== 0x377f0682 && magic !== 0x377f0683) {
      return { validBytes: 0, tornBytes: this.#size, reason: 'header unreadable' };
    }
    this.#littleEndian = magic === 0x377f0682;
    this.#add(header, 0, 24);
    if (this.#sum0 !== header.getUint32(24) || this.#sum1 !== header.getUint32(28)) {
      return { validBytes: 0, tornBytes: this.#size, reason: 'header checksum wrong' };
    }
    return this.#frames(header, frameHeaderBytes + header.getUint32(8));
  }

  #frames(header: DataView, frameBytes: number): WalState {
    const salt1 = header.getUint32(16);
    const salt2 = header.getUint32(20);
    let validBytes = headerBytes;
    for (let offset = headerBytes; ; offset += frameBytes) {
      const left = this.#size - validBytes;
      const frame = this.#bytes(offset, frameBytes);
      if (frame === undefined) {
        const clean = offset === this.#size && validBytes === offset;
        if (clean) return { validBytes, tornBytes: 0 };
        return {
          validBytes,
          tornBytes: left,
          reason: offset < this.#size ? 'frame cut short' : 'no commit at the end',
        };
      }
      if (frame.getUint32(8) !== salt1 || frame.getUint32(12) !== salt2) {
        const age = (salt1 - frame.getUint32(8)) >>> 0;
        if (age > 0 && age < staleGenerations) {
          if (validBytes === offset) return { validBytes, tornBytes: 0 };
          return { validBytes, tornBytes: offset - validBytes, reason: 'no commit at the end' };
        }
        return { validBytes, tornBytes: left, reason: 'frame unreadable' };
      }
      this.#add(frame, 0, 8);
      this.#add(frame, frameHeaderBytes, frameBytes - frameHeaderBytes);
      if (this.#sum0 !== frame.getUint32(16) || this.#sum1 !== frame.getUint32(20)) {
        return { validBytes, tornBytes: left, reason: 'frame checksum wrong' };
      }
      if (frame.getUint32(4) !== 0) validBytes = offset + frameBytes;
    }
  }

  #bytes(offset: number, length: number): DataView | undefined {
    if (offset + length > this.#size) return undefined;
    const buffer = new Uint8Array(length);
    if (readSync(this.#descriptor, buffer, 0, length, offset) < length) return undefined;
    return new DataView(buffer.buffer);
  }

  /** The running checksum: Fibonacci-weighted sums of 32-bit words, in the byte order that the magic names. */
  #add(view: DataView, from: number, length: number): void {
    let sum0 = this.#sum0;
    let sum1 = this.#sum1;
    for (let at = from; at < from + length; at += 8) {
      sum0 = (sum0 + view.getUint32(at, this.#littleEndian) + sum1) >>> 0;
      sum1 = (sum1 + view.getUint32(at + 4, this.#littleEndian) + sum0) >>> 0;
    }
    this.#sum0 = sum0;
    this.#sum1 = sum1;
  }
}
