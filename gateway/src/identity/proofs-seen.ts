/** Remembers proofs, so that none is taken twice. */
export interface SeenProofs {
  /** Whether it comes for the first time; remembers it. */
  isFirst(id: string, nowMs: number): boolean | Promise<boolean>;
}

/**
 * Which proofs came lately to this gateway alone. Kept in two halves that grow old together: what is looked up
 * here was sent within the last window, and nothing is kept longer than two of them.
 */
export class ProofsSeen implements SeenProofs {
  private young = new Set<string>();
  private old = new Set<string>();
  private turnedAtMs = 0;

  constructor(private readonly windowMs: number) {}

  isFirst(id: string, nowMs: number): boolean {
    if (nowMs - this.turnedAtMs >= this.windowMs) {
      this.old = nowMs - this.turnedAtMs >= 2 * this.windowMs ? new Set() : this.young;
      this.young = new Set();
      this.turnedAtMs = nowMs;
    }
    if (this.young.has(id) || this.old.has(id)) return false;
    this.young.add(id);
    return true;
  }
}
