import type { IncomingMessage } from 'node:http';
import { badRequest, forbidden } from '../status-error.ts';
import type { User } from './authentication.ts';

const administrators = 'system:masters';
const strangers = ['system:anonymous', 'system:unauthenticated'];

/**
 * The user whose request it is: the one who sent it, or the one an administrator says it is from (`kubectl --as`,
 * `--as-group`).
 *
 * @throws StatusError 403 for others than administrators, and for strangers, who may not do what a request is for;
 *   400 for groups without a user
 * @see kubernetes.io "Authenticating", user impersonation
 */
export function impersonate(user: User, request: IncomingMessage): User {
  const name = request.headersDistinct['impersonate-user']?.[0];
  const groups = request.headersDistinct['impersonate-group'] ?? [];
  if (name === undefined || name === '') {
    if (groups.length === 0) return user;
    throw badRequest('requested impersonation of groups without impersonating a user');
  }
  if (!user.groups.includes(administrators)) {
    throw refused(name, `User "${user.name}" cannot impersonate resource "users" in API group "" at the cluster scope`);
  }
  if ([name, ...groups].some((one) => strangers.includes(one))) {
    throw refused(name, 'this server answers authenticated users only');
  }
  return { name, groups: [...new Set([...groups, ...accountGroups(name), 'system:authenticated'])] };
}

function refused(name: string, why: string) {
  return forbidden({ group: '', kind: 'User', plural: 'users' }, name, why);
}

/** Service accounts are members of all accounts, and of those of their namespace. */
function accountGroups(name: string): string[] {
  const namespace = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name)?.[1];
  return namespace === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}
