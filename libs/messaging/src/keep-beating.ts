import { Interrupted, type Pulse } from './apply-events.js';

/** The broker goes on hearing from this consumer, however long a transaction takes. */
export function keepBeating(heartbeat: () => Promise<void>, isRunning: () => boolean) {
  let lost: unknown;
  const beat = (): Promise<void> =>
    heartbeat().catch((error: unknown) => {
      lost ??= error;
    });
  const timer = setInterval(() => void beat(), 1_000);
  const confirm = async (): Promise<void> => {
    await beat();
    if (lost !== undefined) throw new Interrupted('The partition went to another', { cause: lost });
    if (!isRunning()) throw new Interrupted('The consumer stops');
  };
  const pulse: Pulse = {
    async pause(durationMs) {
      for (let leftMs = durationMs; leftMs > 0; leftMs -= 250) {
        await confirm();
        await new Promise((resolve) => setTimeout(resolve, Math.min(250, leftMs)));
      }
      await confirm();
    },
  };
  return { pulse, confirm, end: () => clearInterval(timer) };
}
