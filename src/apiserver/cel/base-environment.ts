import { Environment } from '@marcbachmann/cel-js';
import { registerAddressFunctions } from './address-functions.ts';
import { registerListFunctions } from './list-functions.ts';
import { registerQuantityFunctions } from './quantity-functions.ts';
import { registerTextFunctions } from './text-functions.ts';

let shared: Environment | undefined;

/** CEL with the functions that Kubernetes adds to it; to be cloned for types and variables. Made on first use. */
export function baseEnvironment(): Environment {
  shared ??= makeEnvironment();
  return shared;
}

function makeEnvironment(): Environment {
  const environment = new Environment({ enableOptionalTypes: true, limits: { maxAstNodes: 10_000, maxDepth: 100 } });
  registerAddressFunctions(environment);
  registerListFunctions(environment);
  registerTextFunctions(environment);
  registerQuantityFunctions(environment);
  return environment;
}
