import { WeftError } from '../base/errors.ts';
import { type Connection, formatServerAddress } from './connection.ts';
import { credentialProblem } from './credential-problem.ts';

/** A Kubernetes `Status` object, the body of every error answer. */
export interface StatusBody {
  readonly kind?: string;
  readonly status?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: { readonly retryAfterSeconds?: number };
}

/** The error for an answer with this HTTP status; the message is the server's. */
export function statusError(httpStatus: number, body: StatusBody | undefined, fallback: string): WeftError {
  return new WeftError(codeOf(httpStatus, body?.reason), body?.message ?? fallback);
}

function codeOf(httpStatus: number, reason: string | undefined): string {
  switch (httpStatus) {
    case 401:
      return 'API_UNAUTHORIZED';
    case 403:
      return 'API_FORBIDDEN';
    case 404:
      return 'API_NOT_FOUND';
    case 409:
      return reason === 'AlreadyExists' ? 'API_ALREADY_EXISTS' : 'API_CONFLICT';
    case 410:
      return 'API_EXPIRED';
    case 422:
      return 'API_INVALID';
    default:
      return 'API_ERROR';
  }
}

const connectProblems: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused, a running API server needed at this address',
  ECONNRESET: 'connection closed by the server before it answered',
  EPIPE: 'connection closed by the server before it answered',
  ENOENT: 'no such socket, a running API server needed',
  EACCES: 'no permission to open this socket',
  ENOTFOUND: 'the host name cannot be resolved, the address of an API server needed',
  EAI_AGAIN: 'the host name cannot be resolved, a name service that answers needed',
  EHOSTUNREACH: 'no route to this host, an address that can be reached needed',
  ENETUNREACH: 'no route to this network, an address that can be reached needed',
  ETIMEDOUT: 'no answer, something on the way drops the packets, an address that can be reached needed',
  CERT_HAS_EXPIRED: 'the certificate of the server has expired, a new one needed',
  CERT_NOT_YET_VALID: 'the certificate of the server is not valid yet, the clocks should be compared',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate of the server is self-signed, its certificate-authority needed',
  SELF_SIGNED_CERT_IN_CHAIN:
    'the certificate of the server is signed by an unknown authority, another certificate-authority needed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the certificate of the server is signed by an unknown authority, another certificate-authority needed',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'the certificate of the server is signed by an unknown authority, another certificate-authority needed',
  CERT_SIGNATURE_FAILURE: 'the certificate of the server is signed by another authority with the same name',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of the server is for another host, tls-server-name needed',
};

/** The error for a server that did not answer: one line that says which, what happened and what is needed. */
export async function unreachable(connection: Connection, error: NodeJS.ErrnoException): Promise<WeftError> {
  if (error instanceof WeftError) return error;
  const own = await credentialProblem(connection);
  const known = tlsProblem(error) ?? connectProblems[error.code ?? ''];
  const problem = own ?? known ?? (error.message || error.code || 'unknown error').split('\n')[0] ?? '';
  return serverProblem('API_UNREACHABLE', 'reach', connection, problem);
}

function serverProblem(code: string, verb: string, { server, source }: Connection, problem: string): WeftError {
  return new WeftError(code, `Cannot ${verb} API server "${formatServerAddress(server)}": ${problem} (${source})`);
}

/** OpenSSL reports what goes wrong in a handshake as text only: `...:SSL routines:FUNCTION:REASON:FILE...`. */
function tlsProblem(error: NodeJS.ErrnoException): string | undefined {
  const reason = /SSL routines:[^:]*:([^:]+)/.exec(error.message)?.[1];
  if (reason === undefined) return undefined;
  if (/wrong version number|packet length too long|record layer failure/.test(reason))
    return 'the server does not speak TLS';
  if (/certificate required/.test(reason)) return 'the server wants a client certificate, credentials needed';
  if (/unknown ca/.test(reason)) return 'the server does not know the authority of the client certificate';
  return `TLS: ${reason}`;
}

/** True for an answer that no Kubernetes API gives: the page of a web server, a dashboard, a proxy that wants a login. */
export function isWebPage(text: string): boolean {
  return /^\s*<(!doctype|html|\?xml)/i.test(text);
}

/** The error for a server that answers with such a page. */
export function foreignAnswer(connection: Connection, text: string): WeftError {
  const title = /<title>([^<]{1,60})/i.exec(text)?.[1]?.trim();
  const found = title ? `a web page "${title}"` : 'a web page';
  const problem = `it answers with ${found}, the address of a Kubernetes API needed`;
  return serverProblem('API_ERROR', 'use', connection, problem);
}

/** The error for credentials the server does not take. */
export async function unauthorized(connection: Connection, body: StatusBody | undefined): Promise<WeftError> {
  const said = body?.message ?? '401';
  const problem = (await credentialProblem(connection)) ?? `the credentials are refused: ${said}, new ones needed`;
  return serverProblem('API_UNAUTHORIZED', 'use', connection, problem);
}
