/**
 * Why this node is not ready: one reason per part. Ready when there is none. Kept apart from the work itself, so that
 * health answers at once whatever the loops are doing.
 */
export class Readiness {
  readonly #reasons = new Map<string, string>();
  readonly #probes = new Map<string, () => string | undefined>();
  readonly #onChange: (reasons: ReadonlyMap<string, string>) => void;

  constructor(onChange: (reasons: ReadonlyMap<string, string>) => void = () => {}) {
    this.#onChange = onChange;
  }

  /** `undefined`: this part is fine. */
  set(part: string, reason: string | undefined): void {
    if (this.#reasons.get(part) === reason) return;
    if (reason === undefined) this.#reasons.delete(part);
    else this.#reasons.set(part, reason);
    this.#onChange(this.reasons());
  }

  /** The parts of one kind (`resource route`, `resource nft`: prefix `resource `) as given, all others gone. */
  setAll(prefix: string, reasons: ReadonlyMap<string, string>): void {
    for (const part of [...this.#reasons.keys()]) {
      if (part.startsWith(prefix) && !reasons.has(part.slice(prefix.length))) this.set(part, undefined);
    }
    for (const [name, reason] of reasons) this.set(prefix + name, reason);
  }

  /** A part that is looked at when asked for: what turns bad by time alone. Must be cheap. */
  probe(part: string, look: () => string | undefined): void {
    this.#probes.set(part, look);
  }

  get ready(): boolean {
    return this.reasons().size === 0;
  }

  reasons(): ReadonlyMap<string, string> {
    const found = [...this.#probes].flatMap(([part, look]): [string, string][] => {
      const reason = look();
      return reason === undefined ? [] : [[part, reason]];
    });
    return new Map([...this.#reasons, ...found]);
  }

  /** `watches: nodes not in sync; resource nft: ...` */
  text(): string {
    return [...this.reasons()].map(([part, reason]) => `${part}: ${reason}`).join('; ');
  }
}
