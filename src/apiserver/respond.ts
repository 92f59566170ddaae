import type { IncomingMessage, ServerResponse } from 'node:http';
import { stringify } from 'yaml';
import { errorText } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { StatusError } from './status-error.ts';

/** Header lines have little room: of more warnings only the first are sent, and of long ones the beginning. */
const maxWarnings = 20;
const maxWarningLength = 200;

/** Sends JSON text (or the same as YAML when the client asks for nothing else) with `Warning` headers. */
export function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  warnings: readonly string[] = [],
): void {
  const yaml = acceptedType(request) === 'yaml';
  const body = yaml ? stringify(JSON.parse(text)) : text;
  if (warnings.length > 0) response.setHeader('warning', warnings.slice(0, maxWarnings).map(warningText));
  response.writeHead(status, {
    'content-type': yaml ? 'application/yaml' : 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-cache, private',
  });
  response.end(body);
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
  if (status.status >= 500) {
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

/** @throws StatusError 406 when the client takes neither JSON nor YAML */
export function checkAccept(request: IncomingMessage): void {
  if (acceptedType(request) !== undefined) return;
  const message = 'only the following media types are accepted: application/json, application/yaml';
  throw new StatusError(406, 'NotAcceptable', message);
}

function acceptedType(request: IncomingMessage): 'json' | 'yaml' | undefined {
  const accept = request.headers.accept;
  if (accept === undefined || accept.trim() === '') return 'json';
  for (const part of accept.split(',')) {
    const type = part.split(';')[0]?.trim().toLowerCase();
    if (type === 'application/json' || type === 'application/*' || type === '*/*') return 'json';
    if (type === 'application/yaml') return 'yaml';
  }
  return undefined;
}
