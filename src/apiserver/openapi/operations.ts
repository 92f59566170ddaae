import type { Served } from '../served.ts';

/** A kind with the group and version it belongs to. */
export interface KindName {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** One method of one path, as the documents of both versions of OpenAPI tell about it. */
export interface Operation {
  /** `/apis/apps/v1/namespaces/{namespace}/deployments/{name}`. */
  readonly path: string;
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete';
  readonly action: Action;
  /** `patchAppsV1NamespacedDeploymentScale`: one of its kind in a document. */
  readonly id: string;
  readonly description: string;
  readonly kind: KindName;
  /** What is sent. */
  readonly body: 'object' | 'patch' | 'delete-options' | undefined;
  readonly answer: 'object' | 'list' | 'status';
  readonly query: readonly QueryParameter[];
}

/** What an operation does; a watch is a list with a parameter. */
export type Action = 'get' | 'list' | 'post' | 'put' | 'patch' | 'delete' | 'deletecollection' | 'connect';

/** A parameter behind the `?`. */
export interface QueryParameter {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'integer';
  readonly description: string;
}

const parameter = (name: string, description: string, type: QueryParameter['type'] = 'string'): QueryParameter => ({
  name,
  type,
  description,
});

const selection = [
  parameter('labelSelector', 'Only objects whose labels fit: `app=web,tier!=test`.'),
  parameter('fieldSelector', 'Only objects whose fields fit: `metadata.name=web`.'),
  parameter('limit', 'The most objects in one answer; the rest is asked for with `continue`.', 'integer'),
  parameter('continue', 'Where the answer before ended.'),
  parameter('resourceVersion', 'The state that is asked for at least, or the one after which a watch begins.'),
  parameter('resourceVersionMatch', 'What resourceVersion means: NotOlderThan or Exact.'),
  parameter('timeoutSeconds', 'When a watch ends.', 'integer'),
];
const watching = [
  parameter('watch', 'Changes as they happen instead of a list.', 'boolean'),
  parameter('allowWatchBookmarks', 'A watch also tells how far it has come.', 'boolean'),
  parameter('sendInitialEvents', 'A watch begins with every object that is there.', 'boolean'),
];
const dryRun = parameter('dryRun', 'With `All` everything is checked and nothing is stored.');
const writing = [
  dryRun,
  parameter('fieldManager', 'Who writes: the name in metadata.managedFields.'),
  parameter('fieldValidation', 'What happens to fields that are not known: Ignore, Warn or Strict.'),
];
const applying = [parameter('force', 'An apply takes over fields that others manage.', 'boolean')];
const deleting = [
  dryRun,
  parameter('gracePeriodSeconds', 'Seconds until the object is removed; 0 is at once.', 'integer'),
  parameter('propagationPolicy', 'What becomes of dependents: Orphan, Background or Foreground.'),
];

interface Form extends Pick<Operation, 'method' | 'body' | 'answer' | 'query'> {
  readonly text: string;
}

const forms: Readonly<Record<Exclude<Action, 'connect'>, Form>> = {
  get: { method: 'get', body: undefined, answer: 'object', query: [], text: 'read one' },
  list: { method: 'get', body: undefined, answer: 'list', query: [...selection, ...watching], text: 'list or watch' },
  post: { method: 'post', body: 'object', answer: 'object', query: writing, text: 'create a' },
  put: { method: 'put', body: 'object', answer: 'object', query: writing, text: 'replace one' },
  patch: { method: 'patch', body: 'patch', answer: 'object', query: [...writing, ...applying], text: 'change one' },
  delete: { method: 'delete', body: 'delete-options', answer: 'status', query: deleting, text: 'delete one' },
  deletecollection: {
    method: 'delete',
    body: 'delete-options',
    answer: 'status',
    query: [...selection, ...deleting],
    text: 'delete all',
  },
};

/** Verbs of discovery as actions on an object that has a name. */
const onObject: Readonly<Record<string, Action>> = { get: 'get', update: 'put', patch: 'patch', delete: 'delete' };
/** The same on all objects of a kind. */
const onList: Readonly<Record<string, Action>> = {
  list: 'list',
  create: 'post',
  deletecollection: 'deletecollection',
};

/** Every operation at the paths of these. */
export function operationsOf(served: readonly Served[]): Operation[] {
  return served.flatMap((one) => [
    ...mainOperations({ ...one, one, subresource: undefined }),
    ...one.subresources.flatMap((below) => subresourceOperations({ ...below, one, subresource: below.name })),
  ]);
}

/** Where operations are, and the kind that they are about. */
interface Place extends KindName {
  readonly one: Served;
  readonly subresource: string | undefined;
  readonly verbs: readonly string[];
}

function mainOperations(place: Place): Operation[] {
  const { namespaced, verbs } = place.one;
  const many = pathOf(place, namespaced);
  return [
    ...verbs.flatMap((verb) => actionOf(onList, verb)).map((action) => operation(place, many, namespaced, action)),
    ...verbs
      .flatMap((verb) => actionOf(onObject, verb))
      .map((action) => operation(place, `${many}/{name}`, namespaced, action)),
    ...(namespaced && verbs.includes('list') ? [operation(place, pathOf(place, false), false, 'list')] : []),
  ];
}

/** A subresource is read and changed, or created like a binding, or connected to like exec. */
function subresourceOperations(place: Place): Operation[] {
  const { namespaced } = place.one;
  const path = `${pathOf(place, namespaced)}/{name}/${place.subresource}`;
  const streams = place.kind.endsWith('Options');
  return place.verbs
    .flatMap((verb): Action[] => (verb === 'create' ? ['post'] : actionOf(onObject, verb)))
    .map((action) => {
      const made = operation(place, path, namespaced, action);
      return streams ? { ...made, action: 'connect', body: undefined, query: [], answer: 'status' } : made;
    });
}

function actionOf(actions: Readonly<Record<string, Action>>, verb: string): Action[] {
  const action = Object.hasOwn(actions, verb) ? actions[verb] : undefined;
  return action === undefined ? [] : [action];
}

function pathOf({ one }: Place, namespaced: boolean): string {
  const root = one.group === '' ? `/api/${one.version}` : `/apis/${one.group}/${one.version}`;
  return `${root}${namespaced ? '/namespaces/{namespace}' : ''}/${one.plural}`;
}

function operation(place: Place, path: string, namespaced: boolean, action: Action): Operation {
  const { one, subresource = '', group, version, kind } = place;
  const { text, ...form } = forms[action === 'connect' ? 'get' : action];
  const scope = namespaced ? 'Namespaced' : '';
  const words = [one.group === '' ? 'core' : one.group, one.version, scope, one.plural, subresource];
  return {
    path,
    ...form,
    action,
    id:
      action +
      words
        .flatMap((word) => word.split('.'))
        .map(capital)
        .join(''),
    description: `${text} ${kind}`,
    kind: { group, version, kind },
  };
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** True when both are the same kind of the same group and version. */
export function sameKind(a: KindName, b: KindName): boolean {
  return a.group === b.group && a.version === b.version && a.kind === b.kind;
}
