/** How long ago, as kubectl says it: `45s`, `5m12s`, `3h`, `2d4h`, `410d`. */
export function formatAge(timestamp: string | null | undefined, nowMs: number): string {
  const sinceMs = nowMs - Date.parse(timestamp ?? '');
  return Number.isNaN(sinceMs) ? '<unknown>' : formatDuration(sinceMs);
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** Two units below each limit, one above: the coarser the longer. */
const steps: readonly { readonly below: number; readonly unit: number; readonly small?: number }[] = [
  { below: 2 * minute, unit: 1 },
  { below: 10 * minute, unit: minute, small: 1 },
  { below: 3 * hour, unit: minute },
  { below: 8 * hour, unit: hour, small: minute },
  { below: 2 * day, unit: hour },
  { below: 8 * day, unit: day, small: hour },
  { below: 2 * year, unit: day },
  { below: 8 * year, unit: year, small: day },
];

const letters: Readonly<Record<number, string>> = { 1: 's', [minute]: 'm', [hour]: 'h', [day]: 'd', [year]: 'y' };

function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const { unit, small } = steps.find(({ below }) => seconds < below) ?? { unit: year, small: undefined };
  const whole = `${Math.floor(seconds / unit)}${letters[unit]}`;
  const rest = small === undefined ? 0 : Math.floor((seconds % unit) / small);
  return small === undefined || rest === 0 ? whole : `${whole}${rest}${letters[small]}`;
}
