import { type KubernetesObject, withType } from '../api/meta.ts';
import type { Change, ResourceToChange } from './change.ts';
import type { CommandIo } from './command.ts';
import { formatObject } from './print-objects.ts';

/** Fields that change with every write and say nothing of what a person asked for; annotations are looked at singly. */
const noise = ['managedFields', 'resourceVersion', 'uid', 'generation', 'creationTimestamp', 'selfLink', 'annotations'];

/** Where kubectl keeps what was applied: all of it once more. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Prints what a change does as a unified diff of the YAML before and after; nothing when both are the same. */
export async function showChange(io: CommandIo, { kind, object }: ResourceToChange, change: Change): Promise<void> {
  const { createTwoFilesPatch } = await import('diff');
  const { name, namespace } = object.metadata;
  const path = [kind.plural, ...(namespace === undefined ? [] : [namespace]), name].join('/');
  const [before, after] = await Promise.all(
    [change.before, change.after].map(async (state) => {
      return state === undefined ? '' : formatObject(withoutNoise(withType(kind, state)), 'yaml');
    }),
  );
  if (before === after || before === undefined || after === undefined) return;
  const from = before === '' ? '/dev/null' : `live/${path}`;
  const to = after === '' ? '/dev/null' : `merged/${path}`;
  const text = createTwoFilesPatch(from, to, before, after, '', '', { context: 3 }).replace(/^=+\n/, '');
  io.out(io.color === true ? coloured(text) : text);
}

function withoutNoise({ metadata, ...object }: KubernetesObject): unknown {
  const kept = Object.entries(metadata).filter(([key]) => !noise.includes(key));
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => key !== lastApplied);
  if (annotations.length > 0) kept.push(['annotations', Object.fromEntries(annotations)]);
  return { ...object, metadata: Object.fromEntries(kept) };
}

const colours: readonly (readonly [start: RegExp, colour: number])[] = [
  [/^(?:---|\+\+\+)/, 1],
  [/^\+/, 32],
  [/^-/, 31],
  [/^@/, 36],
];

function coloured(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const colour = colours.find(([start]) => start.test(line))?.[1];
      return colour === undefined ? line : `\u001b[${colour}m${line}\u001b[0m`;
    })
    .join('\n');
}
