import type { Event } from 'kubernetes-types/core/v1.d.ts';
import { formatAge } from './age.ts';
import { column, type TableColumn } from './column.ts';
import { nameColumn } from './common-columns.ts';

const firstSeen = ({ firstTimestamp, eventTime }: Event): string | undefined => firstTimestamp ?? eventTime;

/** When it happened last: events of the newer API keep that in `series`. */
function lastSeen(event: Event): string | undefined {
  return event.series?.lastObservedTime ?? event.lastTimestamp ?? firstSeen(event);
}

function objectText({ involvedObject: { kind = '', name } }: Event): string {
  return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase();
}

function sourceText({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component || reportingComponent || '';
  const instance = source?.host || reportingInstance || '';
  return instance === '' || instance === component ? component : `${component}, ${instance}`;
}

/** The columns of events. */
export const eventColumns: readonly TableColumn[] = [
  column<Event>('Last Seen', (event, nowMs) => formatAge(lastSeen(event), nowMs)),
  column<Event>('Type', ({ type }) => type ?? ''),
  column<Event>('Reason', ({ reason }) => reason ?? ''),
  column<Event>('Object', objectText),
  column<Event>('Subobject', ({ involvedObject }) => involvedObject.fieldPath ?? '', { wide: true }),
  column<Event>('Source', sourceText, { wide: true }),
  column<Event>('Message', ({ message }) => (message ?? '').trim()),
  column<Event>('First Seen', (event, nowMs) => formatAge(firstSeen(event), nowMs), { wide: true }),
  column<Event>('Count', ({ series, count }) => series?.count ?? (count || 1), { wide: true }),
  { ...nameColumn, priority: 1 },
];
