import type { Context } from './context.ts';
import type { Query } from './http/query.ts';
import { answerForm, sendText } from './http/respond.ts';
import type { ApiObject } from './json.ts';
import { listObjects, parseVersion, tooLargeVersion } from './list.ts';
import { listText, objectText, type TextOptions } from './object-text.ts';
import { type Resource, storageKey } from './resource.ts';
import type { ResourceCall, ResourcePath } from './resource-handler.ts';
import { getScale, scalePathsOf } from './scale.ts';
import { compileSelection, type Selection } from './selection.ts';
import { subresourcesOf } from './served.ts';
import { methodNotAllowed, noSuchPath, notFound } from './status-error.ts';
import type { EntryKey } from './storage/entry.ts';
import { scaleColumns } from './table/scale-columns.ts';
import { includeObjectOf } from './table/table-text.ts';
import { readWatchRequest, startWatch } from './watch-stream.ts';

/** Answers GET: one object, a list, or a watch, in the form the client asks for. @throws StatusError */
export async function readResource(
  context: Context,
  options: { readonly bookmarkEveryMs: number },
  resource: Resource,
  { path, query, request, response }: ResourceCall,
): Promise<void> {
  const form = answerForm(request, ['table', 'metadata']);
  const text: TextOptions = { resource, form, include: includeObjectOf(query), nowMs: context.now() };
  if (query.flag('watch') && path.subresource === undefined) {
    const selection = selectionOf(resource, path, query);
    startWatch(context, readWatchRequest(text, selection, query, options.bookmarkEveryMs), response);
    return;
  }
  context.store.flush();
  const answer =
    path.name === undefined
      ? listText(listObjects(context, resource, selectionOf(resource, path, query), query), text)
      : readOne(context, text, path, path.name, query);
  await sendText(request, response, 200, answer);
}

/** What namespace, name and query of a request select. @throws StatusError 400 */
export function selectionOf(resource: Resource, path: ResourcePath, query: Query): Selection {
  return compileSelection(
    {
      namespace: path.namespace,
      name: path.name,
      labelSelector: query.text('labelSelector'),
      fieldSelector: query.text('fieldSelector'),
    },
    resource,
  );
}

/** Where the store keeps the object that a path names. */
export function keyOf(resource: Resource, path: ResourcePath, name: string): EntryKey {
  return { resource: storageKey(resource), namespace: path.namespace ?? '', name };
}

function readOne(context: Context, text: TextOptions, path: ResourcePath, name: string, query: Query): string {
  const { resource } = text;
  const { subresource } = path;
  if (subresource !== undefined) {
    const served = subresourcesOf(resource).find((one) => one.name === subresource);
    if (served === undefined) throw noSuchPath();
    if (!served.verbs.includes('get')) throw methodNotAllowed();
  }
  const asked = query.text('resourceVersion');
  if (asked !== undefined && parseVersion(asked) > context.store.version) {
    throw tooLargeVersion(parseVersion(asked), context.store.version);
  }
  const entry = context.store.get(keyOf(resource, path, name));
  if (entry === undefined) throw notFound(resource, name);
  if (subresource !== 'scale') return objectText(entry, text);
  const scale = JSON.stringify(getScale(entry.object, scalePathsOf(resource)));
  const object: ApiObject = JSON.parse(scale);
  return objectText({ object, text: scale }, { ...text, columns: scaleColumns });
}
