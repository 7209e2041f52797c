export interface UntilOptions {
  /** What is awaited, for the message of the failure. */
  what: string;
  withinMs?: number;
  everyMs?: number;
}

/** Asks again until the answer is there (neither null, undefined nor false); fails with what was awaited. */
export async function until<Answer>(
  ask: () => Promise<Answer | null | undefined | false>,
  options: UntilOptions,
): Promise<Answer> {
  const deadline = Date.now() + (options.withinMs ?? 20_000);
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${options.what}`);
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 25));
  }
}
