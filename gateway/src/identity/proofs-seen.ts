/**
 * Which proofs came lately, so that none is taken twice. Kept in two halves that grow old together: what is looked up
 * here was sent within the last window, and nothing is kept longer than two of them.
 */
export class ProofsSeen {
  private young = new Set<string>();
  private old = new Set<string>();
  private turnedAtMs = 0;

  constructor(private readonly windowMs: number) {}

  /** Whether it comes for the first time; remembers it. */
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
