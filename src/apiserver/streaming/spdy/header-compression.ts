import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { WeftError } from '../../../base/errors.ts';
import { spdyDictionary } from './dictionary.ts';
import { protocolError } from './frame.ts';
import { decodeHeaderBlock, encodeHeaderBlock, type SpdyHeaders } from './header-block.ts';

/** Longest header block after inflation: a small one may blow up to anything. */
const maxBlockBytes = 64 * 1024;

/**
 * Header blocks to and from their compressed form: one zlib stream per direction for the whole connection, so every
 * call must follow the order of the frames and wait for the one before.
 *
 * @see SPDY Protocol Draft 3.1 §2.6.10.1
 */
export class HeaderCompression {
  readonly #deflate: Deflate = createDeflate({ dictionary: spdyDictionary });
  readonly #inflate: Inflate = createInflate({ dictionary: spdyDictionary });

  constructor() {
    // Told to whoever waits for a block; there may be nobody any more.
    for (const zlib of [this.#deflate, this.#inflate]) zlib.on('error', () => {});
  }

  async compress(headers: SpdyHeaders): Promise<Uint8Array> {
    return pass(this.#deflate, encodeHeaderBlock(headers));
  }

  /** @throws WeftError SPDY_PROTOCOL; the connection cannot be read on after that */
  async decompress(block: Uint8Array): Promise<SpdyHeaders> {
    return decodeHeaderBlock(await pass(this.#inflate, block));
  }

  close(): void {
    this.#deflate.destroy();
    this.#inflate.destroy();
  }
}

/** Everything that comes out of a zlib stream for these bytes. */
function pass(zlib: Deflate | Inflate, bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let length = 0;
    const finish = (settle: () => void) => {
      zlib.off('data', collect).off('error', fail).off('close', closed);
      settle();
    };
    const collect = (piece: Buffer) => {
      pieces.push(piece);
      length += piece.length;
      if (length > maxBlockBytes) zlib.destroy(protocolError('a header block is too long'));
    };
    const fail = (error: Error) =>
      finish(() => reject(error instanceof WeftError ? error : protocolError(error.message)));
    const closed = () => finish(() => reject(protocolError('the connection is closed')));
    zlib.on('data', collect).on('error', fail).on('close', closed);
    zlib.write(bytes);
    zlib.flush(constants.Z_SYNC_FLUSH, () => {
      if (!zlib.destroyed) finish(() => resolve(Buffer.concat(pieces)));
    });
  });
}
