import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clusterInformations } from '../api/kinds.ts';
import { isRecord } from '../base/is-record.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';
import { clientVersion } from './client-version.ts';
import type { CommandIo } from './command.ts';

/** A cluster is asked for its version at most once in this time. */
const recheckMs = 24 * 3600 * 1000;
/** So many clusters are remembered. */
const maxRemembered = 100;

/** What is remembered of a cluster, by the address of its server. */
interface Remembered {
  /** Its version when it was last asked; '' for none. */
  readonly version: string;
  readonly askedMs: number;
}

/**
 * Says once per user and version of a cluster that it was set up by another version. Nothing is refused for it. What
 * was said is remembered in XDG_STATE_HOME/weft/clusters.json; where that cannot be written, nothing is said at all.
 */
export async function noticeVersion(cluster: HttpCluster, { env, err }: CommandIo): Promise<void> {
  const home = env.XDG_STATE_HOME || (env.HOME && join(env.HOME, '.local', 'state'));
  if (!home) return;
  const file = join(home, 'weft', 'clusters.json');
  const remembered = readFile(file);
  const known = remembered[cluster.address];
  if (known !== undefined && Math.abs(Date.now() - known.askedMs) < recheckMs) return;
  const version = (await versionOf(cluster)) ?? known?.version ?? '';
  const entries = Object.entries({ ...remembered, [cluster.address]: { version, askedMs: Date.now() } });
  const newest = entries.sort(([, a], [, b]) => b.askedMs - a.askedMs).slice(0, maxRemembered);
  if (!writeFile(file, JSON.stringify(Object.fromEntries(newest)))) return;
  if (version === known?.version || !differs(version)) return;
  err(`Note: this cluster was set up by version ${version}, this program is ${clientVersion}; it works all the same\n`);
}

/** `v3.29.1-12-gabc` and `3.29.1` are the same version. */
function differs(version: string): boolean {
  const plain = (text: string) => text.replace(/^v/, '').replace(/[-+].*$/, '');
  return version !== '' && plain(version) !== plain(clientVersion);
}

async function versionOf(cluster: HttpCluster): Promise<string | undefined> {
  try {
    return (await cluster.get(clusterInformations, 'default'))?.spec.calicoVersion ?? '';
  } catch {
    // Not allowed to read it, or no such kind: another command may be.
    return undefined;
  }
}

function readFile(file: string): Readonly<Record<string, Remembered>> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (!isRecord(value)) return {};
    const entries = Object.entries(value).filter((entry): entry is [string, Remembered & Record<string, unknown>] => {
      const [, one] = entry;
      return isRecord(one) && typeof one.version === 'string' && typeof one.askedMs === 'number';
    });
    return Object.fromEntries(entries);
  } catch {
    return {};
  }
}

function writeFile(file: string, text: string): boolean {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, file);
    return true;
  } catch {
    return false;
  }
}
