import { apiVersionOf } from '../api/meta.ts';
import { isRecord } from '../base/is-record.ts';
import { type JsonRecord, recordAt, recordsAt, stringAt, valueAt } from './json.ts';
import { builtInResources, customResourceDefinitions, type Resource, storageKey } from './resource.ts';
import { readScalePaths } from './scale-paths.ts';
import type { Entry } from './storage/entry.ts';
import type { Store } from './storage/store.ts';

/**
 * Which resources are served: the built-in ones and those of the CustomResourceDefinitions in the store. Nothing is
 * cached beyond one stored version of a definition, so there is nothing to keep in step with writes or with writes
 * taken back.
 */
export class Registry {
  readonly #store: Store;
  readonly #custom = new WeakMap<Entry, readonly Resource[]>();
  readonly #builtIn = new Map<string, Resource>();

  constructor(store: Store) {
    this.#store = store;
    for (const resource of builtInResources) this.#builtIn.set(pathKey(resource), resource);
  }

  /** The resource at `/apis/GROUP/VERSION/PLURAL`. */
  find(group: string, version: string, plural: string): Resource | undefined {
    return this.#builtIn.get(pathKey({ group, version, plural })) ?? this.#findCustom(group, version, plural);
  }

  /** The resource of objects that say `apiVersion` and `kind`. */
  findKind(apiVersion: string, kind: string): Resource | undefined {
    return this.all().find((resource) => resource.kind === kind && apiVersionOf(resource) === apiVersion);
  }

  /** Any served version of what is stored under this key. */
  findStored(key: string): Resource | undefined {
    return this.all().find((resource) => storageKey(resource) === key);
  }

  /** Everything that is served: built-in first, then by definition name. */
  all(): Resource[] {
    const definitions = this.#store.scan(storageKey(customResourceDefinitions));
    return [...builtInResources, ...definitions.flatMap((entry) => this.#resourcesOf(entry))];
  }

  #findCustom(group: string, version: string, plural: string): Resource | undefined {
    const key = { resource: storageKey(customResourceDefinitions), namespace: '', name: `${plural}.${group}` };
    const entry = this.#store.get(key);
    return entry && this.#resourcesOf(entry).find((resource) => resource.version === version);
  }

  #resourcesOf(entry: Entry): readonly Resource[] {
    let resources = this.#custom.get(entry);
    if (resources === undefined) {
      resources = readDefinition(entry.object);
      this.#custom.set(entry, resources);
    }
    return resources;
  }
}

function pathKey(resource: Pick<Resource, 'group' | 'version' | 'plural'>): string {
  return `${resource.group}/${resource.version}/${resource.plural}`;
}

/** The served versions of one established definition, the storage version first. */
function readDefinition(definition: Readonly<JsonRecord>): readonly Resource[] {
  const established = recordsAt(definition, 'status', 'conditions').some(
    (condition) => condition.type === 'Established' && condition.status === 'True',
  );
  if (!established) return [];
  const versions = recordsAt(definition, 'spec', 'versions').filter((version) => version.served === true);
  return versions
    .toSorted((a, b) => Number(b.storage === true) - Number(a.storage === true))
    .map((version) => customResource(definition, version));
}

function customResource(definition: Readonly<JsonRecord>, version: JsonRecord): Resource {
  const names = recordAt(definition, 'spec', 'names') ?? {};
  const kind = stringAt(names, 'kind') ?? '';
  const texts = (value: unknown) => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []);
  return {
    group: stringAt(definition, 'spec', 'group') ?? '',
    version: stringAt(version, 'name') ?? '',
    kind,
    listKind: stringAt(names, 'listKind') ?? `${kind}List`,
    plural: stringAt(names, 'plural') ?? '',
    singular: stringAt(names, 'singular') ?? kind.toLowerCase(),
    shortNames: texts(names.shortNames),
    categories: texts(names.categories),
    namespaced: stringAt(definition, 'spec', 'scope') === 'Namespaced',
    status: recordAt(version, 'subresources', 'status') !== undefined,
    scale: readScalePaths(version),
    generation: true,
    unconditionalUpdate: false,
    schema: preservesAll(definition) ? undefined : valueAt(version, 'schema', 'openAPIV3Schema'),
    printerColumns: recordsAt(version, 'additionalPrinterColumns'),
    custom: true,
    terminating: valueAt(definition, 'metadata', 'deletionTimestamp') !== undefined,
    selectable: recordsAt(version, 'selectableFields')
      .map((field) => stringAt(field, 'jsonPath')?.replace(/^\./, ''))
      .filter((path) => path !== undefined),
  };
}

function preservesAll(definition: Readonly<JsonRecord>): boolean {
  return isRecord(definition.spec) && definition.spec.preserveUnknownFields === true;
}
