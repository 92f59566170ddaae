import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { stringify } from 'yaml';
import { errorText } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { StatusError } from '../status-error.ts';
import { type AnswerForm, negotiate, type OfferedForm } from './accept.ts';

/** Header lines have little room: of more warnings only the first are sent, and of long ones the beginning. */
const maxWarnings = 20;
const maxWarningLength = 200;
/** Smaller answers are not worth the time it takes to pack them. */
const gzipFromBytes = 128 * 1024;

/** What an answer has besides status and text. */
export interface AnswerOptions {
  readonly warnings?: readonly string[];
  /** Without it: `application/json`. */
  readonly type?: string;
  readonly etag?: string;
}

/**
 * Sends JSON text (or the same as YAML when the client asks for nothing else) with `Warning` headers; a large answer
 * is packed with gzip for a client that accepts it.
 */
export async function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  { warnings = [], type = 'application/json', etag }: AnswerOptions = {},
): Promise<void> {
  const form = negotiate(request.headers.accept, ['table', 'metadata', 'discovery']);
  const yaml = form?.kind === 'object' && form.yaml;
  const plain = Buffer.from(yaml ? stringify(JSON.parse(text)) : text);
  const packed = plain.length >= gzipFromBytes && acceptsGzip(request);
  const body = packed ? await pack(plain, { level: constants.Z_BEST_SPEED }) : plain;
  if (warnings.length > 0) response.setHeader('warning', warnings.slice(0, maxWarnings).map(warningText));
  response.writeHead(status, {
    'content-type': yaml ? 'application/yaml' : type,
    'content-length': body.length,
    ...(packed && { 'content-encoding': 'gzip' }),
    vary: 'Accept, Accept-Encoding',
    ...(etag !== undefined && { etag }),
    'cache-control': etag === undefined ? 'no-cache, private' : 'public',
  });
  response.end(body);
}

const pack = promisify<Buffer, { level: number }, Buffer>(gzip);

function acceptsGzip(request: IncomingMessage): boolean {
  const parts = String(request.headers['accept-encoding'] ?? '').split(',');
  return parts.some((part) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/.test(part));
}

/** @see RFC 7234 §5.5; kubectl shows every text */
function warningText(text: string): string {
  return `299 - ${JSON.stringify(text.slice(0, maxWarningLength)).replace(/[^ -~]/g, '?')}`;
}

/**
 * Sends a failure as a `Status`; one that is the server's own fault is also logged, in one line. What is left of the
 * request's body is not read: the connection ends after the answer, or the next request would begin in its middle.
 */
export function sendError(request: IncomingMessage, response: ServerResponse, error: unknown, log: Logger): void {
  const status =
    error instanceof StatusError
      ? error
      : new StatusError(500, 'InternalError', `Internal error occurred: ${errorText(error)}`);
  // 504 is for a client that knows more than this server: its own affair.
  if (status.status >= 500 && status.status !== 504) {
    const { method, url: path } = request;
    const stack = error instanceof StatusError || !(error instanceof Error) ? undefined : error.stack;
    log.error('request failed', { method, path, status: status.status, error: errorText(error), stack });
  }
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (status.status === 429) response.setHeader('retry-after', '1');
  if (!request.complete) response.setHeader('connection', 'close');
  const body = JSON.stringify(status.toStatus());
  response.writeHead(status.status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** The form to answer in. @throws StatusError 406 when the client takes nothing of what is offered */
export function answerForm(request: IncomingMessage, offered: readonly OfferedForm[] = []): AnswerForm {
  const form = negotiate(request.headers.accept, offered);
  if (form !== undefined) return form;
  const message = 'only the following media types are accepted: application/json, application/yaml';
  throw new StatusError(406, 'NotAcceptable', message);
}
