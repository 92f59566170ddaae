import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { errorText } from '../../base/errors.ts';
import { isRecord } from '../../base/is-record.ts';
import type { JsonRecord } from '../json.ts';
import { decodeBody, protobufType } from '../protobuf/decode-body.ts';
import { badRequest, StatusError, unsupportedMediaType } from '../status-error.ts';

/** Largest body, bytes: what kube-apiserver accepts. */
export const maxBodyBytes = 3 * 1024 * 1024;

const maxDepth = 200;
/** YAML costs far more time per byte than JSON; people write it, and people's files are small. */
const maxYamlBytes = 512 * 1024;

/** A body as received, with the media type (lower case, without parameters). */
export interface Body {
  readonly mediaType: string;
  readonly text: string;
  /** The `User-Agent` of the request. */
  readonly agent?: string | undefined;
}

/**
 * Reads a body; one in Kubernetes' protobuf form becomes the JSON text of the same object.
 *
 * @throws StatusError 413 beyond {@link maxBodyBytes}, 400 when it is not UTF-8, 400 or 415 for protobuf that is not
 *   understood
 */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxBodyBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size > maxBodyBytes) throw tooLarge();
    chunks.push(bytes);
  }
  const agent = request.headers['user-agent'];
  if (mediaType === protobufType) {
    const text = size === 0 ? '' : JSON.stringify(decodeBody(Buffer.concat(chunks)));
    return { mediaType: 'application/json', text, agent };
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    return { mediaType, text, agent };
  } catch (error) {
    throw badRequest('the request body is not valid UTF-8', error);
  }
}

/**
 * The JSON or YAML value of a body. Text that begins like JSON is read as JSON whatever the media type says.
 *
 * @throws StatusError 400 for malformed or too deeply nested text
 */
export function parseBody(body: Body): unknown {
  checkDepth(body.text);
  const looksLikeJson = /^\s*[[{]/.test(body.text);
  if (!body.mediaType.includes('yaml') || looksLikeJson) {
    try {
      return checkKeys(JSON.parse(body.text));
    } catch (error) {
      if (error instanceof StatusError) throw error;
      if (!body.mediaType.includes('yaml')) throw malformed(error);
    }
  }
  if (body.text.length > maxYamlBytes) throw tooLarge(`a YAML body may have ${maxYamlBytes} bytes; send JSON`);
  try {
    // What a key says twice is told by duplicate-fields.ts, where somebody wants to know.
    return checkKeys(parseYaml(body.text, { logLevel: 'error', uniqueKeys: false }));
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw malformed(error);
  }
}

/** The object of a body that must be one of `application/json` or `application/yaml` (or unnamed). */
export function parseObjectBody(body: Body): JsonRecord {
  const accepted = ['application/json', 'application/yaml'];
  if (body.mediaType !== '' && !accepted.includes(body.mediaType))
    throw unsupportedMediaType([...accepted, protobufType]);
  const value = parseBody(body);
  if (!isRecord(value)) throw badRequest('the request body must be one JSON object');
  return value;
}

function malformed(error: unknown): StatusError {
  return badRequest(`the request body cannot be parsed: ${errorText(error).split('\n')[0]}`, error);
}

function tooLarge(why = `limit is ${maxBodyBytes} bytes`): StatusError {
  return new StatusError(413, 'RequestEntityTooLarge', `the request body is too large: ${why}`);
}

/** Refuses nesting before any parser sees it. Counts brackets outside of double-quoted strings. */
function checkDepth(text: string): void {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22 || code === 0x0a) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > maxDepth) throw badRequest(`the request body is nested deeper than ${maxDepth} levels`);
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
}

/** Refuses `__proto__` as a key, which JavaScript treats specially, and depth that block YAML can reach. */
function checkKeys(root: unknown): unknown {
  const pending: { readonly value: unknown; readonly depth: number }[] = [{ value: root, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth > maxDepth) throw badRequest(`the request body is nested deeper than ${maxDepth} levels`);
    if (Object.hasOwn(next.value, '__proto__')) throw badRequest('the request body has a key "__proto__"');
    for (const value of Object.values(next.value)) {
      if (typeof value === 'object') pending.push({ value, depth: next.depth + 1 });
    }
  }
  return root;
}
