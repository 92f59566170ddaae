import { hasCode, type WeftError } from '../base/errors.ts';
import { labUsage, usageError } from './usage.ts';

type Command = (argv: readonly string[]) => Promise<number>;

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import('./up.ts')).runUp,
  down: async () => (await import('./down.ts')).runDown,
  status: async () => (await import('./status.ts')).runStatus,
  list: async () => (await import('./status.ts')).runList,
  exec: async () => (await import('./exec.ts')).runExec,
  external: async () => (await import('./exec.ts')).runExternal,
  kubeconfig: async () => (await import('./exec.ts')).runKubeconfig,
  demo: async () => (await import('./demo.ts')).runDemo,
  // Started by `up` and `demo` themselves, and by the routers of a lab.
  fetch: async () => (await import('./fetch.ts')).runFetch,
  kubelet: async () => (await import('./kubelet-program.ts')).runKubelet,
  'follow-routes': async () => (await import('./follow-routes.ts')).runFollowRoutes,
  'apiserver-process': async () => (await import('./apiserver-process.ts')).runApiServer,
};

/** `weft lab COMMAND`: exit status 0, 1 for an error (thrown), 2 for a command line that is wrong. */
export async function run(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(labUsage);
    return name === undefined ? 2 : 0;
  }
  try {
    if (name === 'fault') throw usageError('Command "fault" comes with a later version');
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (load === undefined) throw usageError(`Unknown command "${name}"`);
    if (rest.includes('--help') && !rest.includes('--')) {
      process.stdout.write(labUsage);
      return 0;
    }
    return await (await load())(rest);
  } catch (error) {
    if (!isUsage(error)) throw error;
    process.stderr.write(`${error.message}${hasCode(error, 'LAB_USAGE') ? ', see: weft lab --help' : ''}\n`);
    return 2;
  }
}

/** What the person typed is wrong, as opposed to what was found. */
function isUsage(error: unknown): error is WeftError {
  return ['LAB_USAGE', 'LAB_BAD_TOPOLOGY', 'LAB_BAD_FILE'].some((code) => hasCode(error, code));
}
