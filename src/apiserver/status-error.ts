import type { FieldError } from '../api/field-error.ts';
import { WeftError } from '../base/errors.ts';
import type { JsonRecord } from './json.ts';

/** One field that was refused, as it appears in `details.causes` and in the message. */
export interface Cause {
  /** `spec.cidr`, `spec.ports[0].port`; `metadata` style path from the root of the object. */
  readonly field: string;
  /** `FieldValueInvalid`, `FieldValueRequired`, `FieldValueNotSupported`, `FieldValueForbidden`, ... */
  readonly reason: string;
  /** `Invalid value: "x": must be ...`, without the field. */
  readonly message: string;
}

/** Sent as an empty object: kubectl reads the details of a 404 without asking whether there are any. */
const noDetails: JsonRecord = {};

/** An answer other than success, in the form of a Kubernetes `Status` object. */
export class StatusError extends WeftError {
  /** HTTP status. */
  readonly status: number;
  /** `NotFound`, `Conflict`, ... */
  readonly reason: string;
  readonly details: JsonRecord;

  constructor(status: number, reason: string, message: string, details: JsonRecord = {}, cause?: unknown) {
    super(`APISERVER_${reason.toUpperCase()}`, message, { cause });
    this.status = status;
    this.reason = reason;
    this.details = details;
  }

  /** The `Status` object to send. */
  toStatus(): JsonRecord {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...((this.details === noDetails || Object.keys(this.details).length > 0) && { details: this.details }),
      code: this.status,
    };
  }
}

interface Named {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

/** `pods` in the core group, `deployments.apps` elsewhere. */
export function qualifiedName(resource: { readonly group: string; readonly plural: string }): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

function detailsOf(resource: Named, name: string): JsonRecord {
  return { name, ...(resource.group !== '' && { group: resource.group }), kind: resource.plural };
}

/** 404 for an object. */
export function notFound(resource: Named, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${qualifiedName(resource)} "${name}" not found`, detailsOf(resource, name));
}

/** 404 for a path that nothing is served at; `what` is not served: `jobs in batch/v1`. */
export function noSuchPath(what?: string): StatusError {
  const why = what === undefined ? '' : `: this API server does not serve ${what}`;
  return new StatusError(404, 'NotFound', `the server could not find the requested resource${why}`, noDetails);
}

/** 409 for a name that is taken. */
export function alreadyExists(resource: Named, name: string): StatusError {
  const message = `${qualifiedName(resource)} "${name}" already exists`;
  return new StatusError(409, 'AlreadyExists', message, detailsOf(resource, name));
}

/** 409 for a lost compare-and-swap or a failed precondition. */
export function conflict(resource: Named, name: string, why?: string): StatusError {
  const text = why ?? 'the object has been modified; please apply your changes to the latest version and try again';
  const message = `Operation cannot be fulfilled on ${qualifiedName(resource)} "${name}": ${text}`;
  return new StatusError(409, 'Conflict', message, detailsOf(resource, name));
}

/** More are not told: a body of many small mistakes must not become an answer many times as large. */
const maxCauses = 100;

/** 422 with one cause per refused field, {@link maxCauses} at most. */
export function invalid(resource: Named, name: string, all: readonly Cause[]): StatusError {
  const causes = all.slice(0, maxCauses);
  const texts = [...new Set(causes.map((cause) => `${cause.field}: ${cause.message}`))];
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const title = resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
  const details = {
    ...detailsOf(resource, name),
    kind: resource.kind,
    causes: causes.map((cause) => ({ reason: cause.reason, message: cause.message, field: cause.field })),
  };
  return new StatusError(422, 'Invalid', `${title} "${name}" is invalid: ${list}`, details);
}

/** 400. */
export function badRequest(message: string, cause?: unknown): StatusError {
  return new StatusError(400, 'BadRequest', message, {}, cause);
}

/** 403. */
export function forbidden(resource: Named, name: string, why: string, causes: readonly Cause[] = []): StatusError {
  const details = {
    ...detailsOf(resource, name),
    ...(causes.length > 0 && { causes }),
  };
  return new StatusError(403, 'Forbidden', `${qualifiedName(resource)} "${name}" is forbidden: ${why}`, details);
}

/** 405. */
export function methodNotAllowed(why = 'the server does not allow this method on the requested resource'): StatusError {
  return new StatusError(405, 'MethodNotAllowed', why);
}

/** 410: the asked resourceVersion is older than the event log. */
export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

/** 415. */
export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new StatusError(415, 'UnsupportedMediaType', message);
}

/** What the rules of room `api` say, as a cause. */
export function causeOf({ field, value, reason, sort }: FieldError): Cause {
  switch (sort) {
    case 'required':
      return requiredValue(field, reason);
    case 'forbidden':
      return forbiddenValue(field, reason);
    case 'unsupported':
      return {
        field,
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: ${JSON.stringify(value)}: ${reason}`,
      };
    case 'too long':
      return { field, reason: 'FieldValueTooLong', message: `Too long: ${reason}` };
    default:
      if (value !== undefined) return invalidValue(field, value, reason);
      if (/required|missing/i.test(reason)) return requiredValue(field, reason);
      return { field, reason: 'FieldValueInvalid', message: `Invalid value: ${reason}` };
  }
}

/** A refused value. */
export function invalidValue(field: string, value: unknown, why: string): Cause {
  return { field, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value) ?? 'null'}: ${why}` };
}

/** A missing value. */
export function requiredValue(field: string, why?: string): Cause {
  return {
    field,
    reason: 'FieldValueRequired',
    message: why === undefined ? 'Required value' : `Required value: ${why}`,
  };
}

/** A value that may not be set or changed. */
export function forbiddenValue(field: string, why: string): Cause {
  return { field, reason: 'FieldValueForbidden', message: `Forbidden: ${why}` };
}

/** A value outside a fixed list. */
export function unsupportedValue(field: string, value: unknown, allowed: readonly unknown[]): Cause {
  const list = allowed.map((item) => JSON.stringify(item)).join(', ');
  return {
    field,
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`,
  };
}
