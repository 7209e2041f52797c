/** Slots after the first and up to and including the last. */
export interface SlotRange {
  readonly after: string;
  readonly upTo: string;
}

const prefixes = 2 ** 32;
const smallestSlot = '00000000-0000-0000-0000-000000000000';

export const everySlot: SlotRange = { after: smallestSlot, upTo: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

/** So many ranges that share all slots: slots are random, so each holds about as many ballots as the next. */
export function slotRanges(count: number): SlotRange[] {
  const endOf = (index: number): string => {
    const prefix = Math.floor((prefixes * (index + 1)) / count) - 1;
    return `${prefix.toString(16).padStart(8, '0')}${everySlot.upTo.slice(8)}`;
  };
  return Array.from({ length: count }, (_, index) => ({
    after: index === 0 ? everySlot.after : endOf(index - 1),
    upTo: endOf(index),
  }));
}
