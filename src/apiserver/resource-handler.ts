import type { IncomingMessage, ServerResponse } from 'node:http';
import { apiVersionOf } from '../api/meta.ts';
import { answerReview } from './access-review.ts';
import { bindPod } from './binding.ts';
import type { Context, Outcome, WriteOptions } from './context.ts';
import type { User } from './http/authentication.ts';
import { parseObjectBody, readBody } from './http/body.ts';
import type { Query } from './http/query.ts';
import type { RequestPath } from './http/request-path.ts';
import { answerForm, sendText } from './http/respond.ts';
import { stringAt } from './json.ts';
import { keyOf, readResource } from './read-resource.ts';
import { builtInResource, type Resource, storageKey } from './resource.ts';
import { findReviewKind, type ReviewKind } from './review-kinds.ts';
import { subresourcesOf } from './served.ts';
import { invalid, methodNotAllowed, noSuchPath, requiredValue } from './status-error.ts';
import { isPodStream, streamPod } from './streaming/pod-streams.ts';
import { writeOptions, writeResource } from './write-resource.ts';

/** A path below `/api/v1` or `/apis/GROUP/VERSION`. */
export type ResourcePath = Extract<RequestPath, { kind: 'resource' }>;

/** One request for a resource. */
export interface ResourceCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: ResourcePath;
  readonly query: Query;
  readonly user: User;
}

/** Answers a request below `/api/v1` or `/apis/GROUP/VERSION`. @throws StatusError for everything refused */
export async function handleResource(
  context: Context,
  options: { readonly bookmarkEveryMs: number },
  call: ResourceCall,
): Promise<void> {
  const { path, request, response } = call;
  const review = findReviewKind(path.group, path.version, path.plural);
  if (review !== undefined) return handleReview(context, review, call);
  const resource = findResource(context, path);
  if (path.name !== undefined && isPodStream(resource, path.subresource)) {
    context.store.flush();
    return streamPod(context, keyOf(resource, path, path.name), path.subresource, call);
  }
  if (request.method === 'GET') return readResource(context, options, resource, call);
  answerForm(request);
  const body = await readBody(request);
  const outcome = writeResource(context, resource, path, call.query, request.method ?? '', body);
  await context.store.committed();
  await sendText(request, response, outcome.status, outcome.text, { warnings: outcome.warnings });
}

function findResource(context: Context, path: ResourcePath): Resource {
  const resource = context.registry.find(path.group, path.version, path.plural);
  if (resource === undefined) throw noSuchPath(`${path.plural} in ${apiVersionOf(path)}`);
  if (path.namespace !== undefined && !resource.namespaced) throw noSuchPath();
  if (resource.namespaced && path.namespace === undefined && path.name !== undefined) throw noSuchPath();
  const { subresource } = path;
  if (subresource !== undefined && !subresourcesOf(resource).some((served) => served.name === subresource)) {
    throw noSuchPath(`${path.plural}/${subresource}`);
  }
  return resource;
}

/** What can only be created: questions, and the binding of a pod that is named in the body. */
async function handleReview(context: Context, review: ReviewKind, call: ResourceCall): Promise<void> {
  const { path, query, request, response, user } = call;
  if (review.namespaced !== (path.namespace !== undefined) || path.name !== undefined) throw noSuchPath();
  if (request.method !== 'POST') throw methodNotAllowed();
  answerForm(request);
  const received = await readBody(request);
  const body = parseObjectBody(received);
  const outcome: Outcome =
    review.kind === 'Binding'
      ? bindNamed(context, path.namespace ?? '', body, writeOptions(query, undefined, received))
      : { status: 201, text: JSON.stringify(answerReview(review, path.namespace, user, body)), warnings: [] };
  await context.store.committed();
  await sendText(request, response, outcome.status, outcome.text);
}

function bindNamed(
  context: Context,
  namespace: string,
  body: ReturnType<typeof parseObjectBody>,
  options: WriteOptions,
): Outcome {
  const pods = builtInResource('Pod');
  const name = stringAt(body, 'metadata', 'name');
  if (!name) throw invalid({ group: '', kind: 'Binding', plural: 'bindings' }, '', [requiredValue('metadata.name')]);
  return bindPod(context, { resource: storageKey(pods), namespace, name }, body, options);
}
