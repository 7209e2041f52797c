/** Answers from memory for a while, so that whoever asks often costs no more; two at once ask together. */
export function remembered<Answer>(forMs: number, ask: () => Promise<Answer>): () => Promise<Answer> {
  let asked: { atMs: number; answer: Promise<Answer> } | null = null;
  return () => {
    if (asked === null || performance.now() - asked.atMs > forMs) asked = { atMs: performance.now(), answer: ask() };
    return asked.answer;
  };
}
