import type { User } from './http/authentication.ts';
import { arrayAt, type JsonRecord, recordAt, stringAt, valueAt } from './json.ts';
import type { ReviewKind } from './review-kinds.ts';
import { badRequest, invalid, invalidValue, requiredValue } from './status-error.ts';

const openToAll = ['/version', '/healthz', '/livez', '/readyz'];
const anonymousGroup = 'system:unauthenticated';
const openReason = 'anybody may read this path';
const everyReason = 'this server lets every authenticated user do everything';
const refusedReason = 'this server answers authenticated users only';

/**
 * Answers a review of authorization.k8s.io/v1 or authentication.k8s.io/v1: the object that was sent, with `status`.
 * The answers are those of this server, which knows two kinds of users: whoever has a certificate (or opens the unix
 * socket) may do everything, a stranger may read the version and the health.
 *
 * @throws StatusError 400, 422
 */
export function answerReview(
  kind: ReviewKind,
  namespace: string | undefined,
  user: User,
  body: JsonRecord,
): JsonRecord {
  const apiVersion = `${kind.group}/${kind.version}`;
  if (body.kind !== undefined && body.kind !== kind.kind) {
    throw badRequest(`${String(body.kind)} in version "${apiVersion}" cannot be handled as a ${kind.kind}`);
  }
  const status = statusOf(kind, namespace, user, body);
  const metadata = { creationTimestamp: null, ...(namespace !== undefined && { namespace }) };
  return { kind: kind.kind, apiVersion, metadata, ...(body.spec !== undefined && { spec: body.spec }), status };
}

function statusOf(kind: ReviewKind, namespace: string | undefined, user: User, body: JsonRecord): JsonRecord {
  switch (kind.kind) {
    case 'SelfSubjectReview':
      return { userInfo: { username: user.name, groups: user.groups } };
    case 'SelfSubjectRulesReview':
      if (!stringAt(body, 'spec', 'namespace')) {
        throw badRequest('no namespace on request');
      }
      return {
        resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
        nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
        incomplete: false,
      };
    case 'SelfSubjectAccessReview':
      checkAttributes(kind, body);
      return { allowed: true, reason: everyReason };
    default:
      return reviewSubject(kind, namespace, body);
  }
}

function checkAttributes(kind: ReviewKind, body: JsonRecord): void {
  const resource = recordAt(body, 'spec', 'resourceAttributes');
  const path = recordAt(body, 'spec', 'nonResourceAttributes');
  if ((resource === undefined) !== (path === undefined)) return;
  const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  const value = resource === undefined ? null : 'both';
  throw invalid(kind, '', [invalidValue('spec.resourceAttributes', value, why)]);
}

function reviewSubject(kind: ReviewKind, namespace: string | undefined, body: JsonRecord): JsonRecord {
  checkAttributes(kind, body);
  const name = stringAt(body, 'spec', 'user');
  const groups = arrayAt(body, 'spec', 'groups');
  if (!name && groups.length === 0) {
    throw invalid(kind, '', [requiredValue('spec.user', 'at least one of user or group must be specified')]);
  }
  const asked = stringAt(body, 'spec', 'resourceAttributes', 'namespace');
  if (namespace !== undefined && asked !== namespace) {
    const why = 'must match metadata.namespace';
    throw invalid(kind, '', [invalidValue('spec.resourceAttributes.namespace', asked, why)]);
  }
  const stranger = groups.includes(anonymousGroup) || name === 'system:anonymous';
  if (!stranger) return { allowed: true, reason: everyReason };
  const path = valueAt(body, 'spec', 'nonResourceAttributes', 'path');
  const allowed = openToAll.some((one) => one === path);
  return { allowed, reason: allowed ? openReason : refusedReason };
}
