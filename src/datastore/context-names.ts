import { delimiter, join } from 'node:path';
import { loadKubeconfig } from './kubeconfig.ts';

/**
 * The contexts somebody may name with `--context`.
 *
 * @param kubeconfig `--kubeconfig`; else KUBECONFIG, else `~/.kube/config`
 * @throws WeftError KUBECONFIG_UNREADABLE
 */
export async function contextNames(
  kubeconfig: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  const home = join(env.HOME ?? '/', '.kube', 'config');
  const paths = kubeconfig !== undefined ? [kubeconfig] : listed.length > 0 ? listed : [home];
  return [...(await loadKubeconfig(paths)).contexts.keys()];
}
