import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { StatusError } from '../status-error.ts';

/** Who sent a request. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** Who comes in by the unix socket: whoever may open the file is root or was let in by root. */
const localUser: User = { name: 'system:admin', groups: ['system:masters', 'system:authenticated'] };

/**
 * The user of a connection: over TLS the subject of the verified client certificate (CN = name, O = groups), over the
 * unix socket the administrator. Headers are never believed.
 *
 * @returns `undefined` without a certificate
 * @throws StatusError 401 for a certificate that does not verify
 */
export function authenticate(request: IncomingMessage): User | undefined {
  const { socket } = request;
  if (!(socket instanceof TLSSocket)) return localUser;
  const known = users.get(socket);
  if (known !== undefined) return known;
  const user = readCertificate(socket);
  if (user !== undefined) users.set(socket, user);
  return user;
}

/** A connection stays its user's; reading the certificate anew for every request would cost more than most requests. */
const users = new WeakMap<TLSSocket, User>();

function readCertificate(socket: TLSSocket): User | undefined {
  if (!socket.authorized) {
    const certificate = socket.getPeerCertificate();
    if (Object.keys(certificate).length === 0) return undefined;
    throw unauthorized(`the client certificate was refused: ${String(socket.authorizationError)}`);
  }
  const { subject } = socket.getPeerCertificate();
  const [name] = texts(subject.CN);
  if (name === undefined) throw unauthorized('the client certificate has no common name');
  return { name, groups: [...texts(subject.O), 'system:authenticated'] };
}

/** 401. */
export function unauthorized(message = 'Unauthorized'): StatusError {
  return new StatusError(401, 'Unauthorized', message);
}

function texts(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
