/** What BIRD has against a configuration. */
export interface BirdComplaint {
  /** From 1; absent when it is not about a line. */
  readonly line?: number;
  /** In BIRD's words: `syntax error, unexpected CF_SYM_UNDEFINED`. */
  readonly reason: string;
}

/** Reads `FILE:LINE:COLUMN REASON`, as `bird -p` writes (behind its own name) and `configure` answers (code 8002). */
export function parseComplaint(text: string): BirdComplaint {
  const whole = text.trim().replace(/^bird: /, '');
  const [, line, reason] = /^[^\n]*?:(\d+):\d+ (.*)$/s.exec(whole) ?? [];
  return line === undefined || reason === undefined ? { reason: whole } : { line: Number(line), reason };
}
