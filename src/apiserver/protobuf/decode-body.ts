import protobuf from 'protobufjs/light.js';
import { errorText, hasCode } from '../../base/errors.ts';
import type { JsonRecord } from '../json.ts';
import { badRequest, StatusError } from '../status-error.ts';
import { decodeMessage } from './decode-message.ts';
import { bodyKinds } from './messages.ts';

/** The media type of bodies in Kubernetes' protobuf form. */
export const protobufType = 'application/vnd.kubernetes.protobuf';

/** `k8s` and a zero byte stand in front of every body. @see kubernetes.io "Kubernetes Protobuf encoding" */
const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/** runtime.Unknown: what kind the bytes inside are of. */
interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Uint8Array;
}

/**
 * Decodes a body in Kubernetes' protobuf form into the JSON form of the same object.
 *
 * @throws StatusError 415 for a kind that is only understood as JSON, 400 for anything else that cannot be read
 */
export function decodeBody(body: Uint8Array): JsonRecord {
  if (!magic.equals(body.subarray(0, magic.length))) {
    throw badRequest(`the request body is no ${protobufType}: found another beginning than "k8s" and a zero byte`);
  }
  try {
    const { apiVersion, kind, raw } = readEnvelope(body.subarray(magic.length));
    // DeleteOptions may come in the group version of what they delete.
    const kinds = Object.hasOwn(bodyKinds, apiVersion) ? bodyKinds[apiVersion] : undefined;
    const known = kind === 'DeleteOptions' || kinds?.includes(kind) === true;
    if (!known) {
      const message = `${kind || 'an object without kind'} in version "${apiVersion}" is not understood as ${protobufType}, send it as application/json`;
      throw new StatusError(415, 'UnsupportedMediaType', message);
    }
    return { apiVersion, kind, ...decodeMessage(kind, raw) };
  } catch (error) {
    if (error instanceof StatusError) throw error;
    const why = hasCode(error, 'PROTOBUF') ? error.message : `malformed: ${errorText(error)}`;
    throw badRequest(`the request body cannot be read as ${protobufType}: ${why}`, error);
  }
}

/** @see k8s.io/apimachinery runtime.Unknown: typeMeta 1, raw 2, contentEncoding 3, contentType 4 */
function readEnvelope(bytes: Uint8Array): Envelope {
  const reader = protobuf.Reader.create(bytes);
  let meta: readonly string[] = [];
  let raw: Uint8Array = new Uint8Array();
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const value = reader.bytes();
    if (tag === field(1)) meta = readTypeMeta(value);
    else if (tag === field(2)) raw = value;
    else if (value.length > 0) throw new StatusError(415, 'UnsupportedMediaType', encodingMessage(value));
  }
  return { apiVersion: meta[0] ?? '', kind: meta[1] ?? '', raw };
}

function encodingMessage(value: Uint8Array): string {
  return `the request body is encoded as "${Buffer.from(value).toString()}", which is not understood`;
}

/** The tag of a length-delimited field. */
function field(number: number): number {
  return (number << 3) | 2;
}

function readTypeMeta(bytes: Uint8Array): readonly string[] {
  const reader = protobuf.Reader.create(bytes);
  const texts: string[] = [];
  while (reader.pos < reader.len) texts[(reader.uint32() >>> 3) - 1] = reader.string();
  return texts;
}
