/** `it` for a journey whose steps build on each other: after one that fails, the others say so and nothing else. */
export function tellSteps(): (name: string, step: () => Promise<void>, timeoutMs?: number) => void {
  let failedStep: string | null = null;
  return (name, step, timeoutMs) => {
    it(
      name,
      async () => {
        if (failedStep !== null) throw new Error(`Not reached: "${failedStep}" failed`);
        try {
          await step();
        } catch (error) {
          failedStep = name;
          throw error;
        }
      },
      timeoutMs,
    );
  };
}
