import type { IPAMBlock } from '../../api/calico.ts';
import type { Kind, KubernetesObject } from '../../api/meta.ts';
import { WeftError } from '../../base/errors.ts';
import type { Cluster } from '../cluster.ts';

/** One store of blocks that many simulated hosts write to by compare-and-swap. Every change is reported to `onChange`. */
export class MemoryBlocks {
  readonly blocks = new Map<string, IPAMBlock>();
  writes = 0;
  #version = 0;
  readonly #onChange: (before: IPAMBlock | undefined, after: IPAMBlock | undefined) => void;

  constructor(onChange: (before: IPAMBlock | undefined, after: IPAMBlock | undefined) => void = () => {}) {
    this.#onChange = onChange;
  }

  list(): IPAMBlock[] {
    return [...this.blocks.values()];
  }

  put(block: IPAMBlock, mustExist: boolean): IPAMBlock {
    const { name, resourceVersion, uid } = block.metadata;
    const before = this.blocks.get(name);
    if (mustExist && before === undefined) throw new WeftError('API_NOT_FOUND', `block ${name} not found`);
    if (!mustExist && before !== undefined) throw new WeftError('API_ALREADY_EXISTS', `block ${name} exists`);
    if (mustExist && resourceVersion !== before?.metadata.resourceVersion) {
      throw new WeftError('API_CONFLICT', `block ${name} has changed`);
    }
    const version = String(++this.#version);
    const after = { ...block, metadata: { ...block.metadata, resourceVersion: version, uid: uid ?? `uid-${version}` } };
    this.writes++;
    this.blocks.set(name, after);
    this.#onChange(before, after);
    return after;
  }

  remove(name: string, resourceVersion: string | undefined): IPAMBlock | undefined {
    const before = this.blocks.get(name);
    if (before === undefined) return undefined;
    if (resourceVersion !== before.metadata.resourceVersion)
      throw new WeftError('API_CONFLICT', `block ${name} changed`);
    this.#version++;
    this.writes++;
    this.blocks.delete(name);
    this.#onChange(before, undefined);
    return before;
  }

  /** This store as one host sees it; `hop` is awaited before an operation takes effect and before its answer arrives. */
  client(hop: (label: string) => Promise<void>): Cluster {
    const through = async <T>(label: string, operation: () => T): Promise<T> => {
      await hop(`${label} arrives`);
      let answer: { value: T } | { error: unknown };
      try {
        answer = { value: operation() };
      } catch (error) {
        answer = { error };
      }
      await hop(`${label} answered`);
      if ('error' in answer) throw answer.error;
      return answer.value;
    };
    const unused = () => {
      throw new WeftError('API_ERROR', 'not part of this store');
    };
    return {
      get: <T extends KubernetesObject>(_kind: Kind<T>, name: string) =>
        through(`get ${name}`, () => this.blocks.get(name) as T | undefined),
      create: <T extends KubernetesObject>(_kind: Kind<T>, object: T) =>
        through(`create ${object.metadata.name}`, () => this.put(block(object), false) as KubernetesObject as T),
      update: <T extends KubernetesObject>(_kind: Kind<T>, object: T) =>
        through(`update ${object.metadata.name}`, () => this.put(block(object), true) as KubernetesObject as T),
      delete: <T extends KubernetesObject>(
        _kind: Kind<T>,
        name: string,
        _namespace?: string,
        options?: { readonly resourceVersion?: string },
      ) => through(`delete ${name}`, () => this.remove(name, options?.resourceVersion) as T | undefined),
      list: <T extends KubernetesObject>() =>
        through('list', () => ({
          items: this.list() as KubernetesObject[] as T[],
          resourceVersion: String(this.#version),
        })),
      updateStatus: unused,
      patch: unused,
      watch: unused,
      reconnect: () => {},
    };
  }
}

function block(object: KubernetesObject): IPAMBlock {
  return structuredClone(object) as IPAMBlock;
}
