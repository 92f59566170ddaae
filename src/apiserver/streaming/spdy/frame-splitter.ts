import { frameHeaderLength, frameLength, isControlFrame, protocolError } from './frame.ts';

/** Longest frames taken: control frames are small, and senders cut their data to tens of kilobytes. */
const maxControlBytes = 64 * 1024;
const maxDataBytes = 1024 * 1024;

/**
 * Cuts a byte stream into whole frames, whatever pieces it arrives in.
 *
 * @throws WeftError SPDY_PROTOCOL for a frame longer than any honest one
 */
export class FrameSplitter {
  #pieces: Uint8Array[] = [];
  #held = 0;

  /** The frames that are complete now. */
  push(piece: Uint8Array): readonly Uint8Array[] {
    this.#pieces.push(piece);
    this.#held += piece.length;
    const frames: Uint8Array[] = [];
    while (this.#held >= frameHeaderLength) {
      const header = this.#join(frameHeaderLength);
      const length = frameLength(header);
      if (length > (isControlFrame(header) ? maxControlBytes : maxDataBytes)) {
        throw protocolError(`a frame of ${length} bytes is too long`);
      }
      if (this.#held < frameHeaderLength + length) break;
      frames.push(this.#take(frameHeaderLength + length));
    }
    return frames;
  }

  #take(length: number): Uint8Array {
    const all = this.#join(length);
    this.#held -= length;
    this.#pieces = all.length === length ? this.#pieces.slice(1) : [all.subarray(length), ...this.#pieces.slice(1)];
    return all.subarray(0, length);
  }

  /** The first piece, made at least `length` long. */
  #join(length: number): Uint8Array {
    const [first] = this.#pieces;
    if (first !== undefined && first.length >= length) return first;
    const joined = new Uint8Array(this.#held);
    let at = 0;
    for (const piece of this.#pieces) {
      joined.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [joined];
    return joined;
  }
}
