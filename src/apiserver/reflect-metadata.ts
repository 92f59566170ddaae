/**
 * The two functions of the metadata reflection proposal that `tsyringe` (inside @peculiar/x509) asks for when it is
 * loaded. That package declares its constructor parameters by hand, so an empty memory is all it needs.
 * Import this before @peculiar/x509.
 */
type Memory = Map<unknown, unknown>;

const memory = new WeakMap<object, Memory>();

if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, {
    defineMetadata: (key: unknown, value: unknown, target: object) => {
      memory.set(target, (memory.get(target) ?? new Map()).set(key, value));
    },
    getMetadata: (key: unknown, target: object) => memory.get(target)?.get(key),
    getOwnMetadata: (key: unknown, target: object) => memory.get(target)?.get(key),
    hasOwnMetadata: (key: unknown, target: object) => memory.get(target)?.has(key) === true,
    metadata: () => () => undefined,
  });
}
