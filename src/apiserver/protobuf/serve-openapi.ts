import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { Context } from '../context.ts';
import type { JsonRecord } from '../json.ts';
import { openApiV2 } from '../openapi/openapi-v2.ts';
import { encodeOpenApi } from './encode-openapi.ts';

/** What the answer is. */
const sentType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
/** What clients ask for: older ones (kubectl before 1.24) in a spelling that is no valid media type in an answer. */
const askedTypes = [sentType, 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'];

/** A document as it is sent. */
interface EncodedDocument {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

/** Does the client take OpenAPI v2 as protobuf rather than as JSON? What it names first counts. */
export function wantsEncodedOpenApi(request: IncomingMessage): boolean {
  const first = (request.headers.accept ?? '').split(',')[0]?.split(';')[0]?.trim();
  return first !== undefined && askedTypes.includes(first);
}

/** Answers `/openapi/v2` as protobuf. The document is encoded once for a set of served kinds. */
export async function serveEncodedOpenApi(
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const document = openApiV2(context.registry.all());
  // Both take their time, so other requests have a turn in between.
  await setImmediate();
  const { bytes, etag } = encoded(document);
  const headers = { etag, vary: 'Accept', 'cache-control': 'no-cache, private' };
  if (request.headers['if-none-match']?.includes(etag) === true) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  response.writeHead(200, { ...headers, 'content-type': sentType, 'content-length': bytes.length });
  response.end(bytes);
}

const documents = new WeakMap<JsonRecord, EncodedDocument>();

function encoded(document: JsonRecord): EncodedDocument {
  let found = documents.get(document);
  if (found === undefined) {
    const bytes = encodeOpenApi(document);
    found = { bytes, etag: `"${createHash('sha256').update(bytes).digest('hex').toUpperCase()}"` };
    documents.set(document, found);
  }
  return found;
}
