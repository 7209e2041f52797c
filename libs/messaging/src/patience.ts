/** A wait that a ring cuts short. A ring while nobody waits is remembered. One waiter at a time. */
export class Bell {
  private rung = false;
  private wake: (() => void) | null = null;

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  /** Waits for a ring, `longestMs` at most. */
  async wait(longestMs: number): Promise<void> {
    if (!this.rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, longestMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.wake = null;
    this.rung = false;
  }
}

/** Doubles from `firstMs` to `mostMs`, a quarter off either way so that many who failed together return apart. */
export function backoffMs(attempt: number, firstMs: number, mostMs: number): number {
  const wholeMs = Math.min(mostMs, firstMs * 2 ** Math.min(attempt - 1, 20));
  return Math.round(wholeMs * (0.75 + Math.random() / 2));
}

/** Settles as `work` does, or as `fallback` when `work` takes longer; `work` itself goes on. */
export async function within<Value>(longestMs: number, work: Promise<Value>, fallback: Value): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Value>((resolve) => {
    timer = setTimeout(() => resolve(fallback), longestMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
