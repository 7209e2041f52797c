import type { AccountState } from '../src/index.js';

/** An open account of minutes. */
export function anAccountState(id: string, state: Partial<AccountState> = {}): AccountState {
  return {
    id,
    book: 'MINUTES',
    status: 'OPEN',
    floorUnits: 0,
    capUnits: null,
    balanceUnits: 0,
    heldUnits: 0,
    version: 0,
    ...state,
  };
}
