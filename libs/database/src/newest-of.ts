/** One statement touches a row once: of several states of one thing in a batch only the newest counts. */
export function newestOf<State extends { readonly version: number }>(
  states: readonly State[],
  idOf: (state: State) => string,
): State[] {
  const newest = new Map<string, State>();
  for (const state of states) {
    const known = newest.get(idOf(state));
    if (known === undefined || known.version < state.version) newest.set(idOf(state), state);
  }
  return [...newest.values()];
}
