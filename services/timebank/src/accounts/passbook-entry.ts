import { shanghaiDate } from '@zhijia/calendar';
import type { StatementEntry } from '@zhijia/ledger';

/** One line of a passbook, as the graph shows it. */
export interface PassbookEntryRow {
  readonly id: string;
  readonly accountVersion: number;
  readonly date: string;
  readonly postedAt: string;
  readonly direction: 'DEPOSIT' | 'WITHDRAWAL';
  readonly minutes: number;
  readonly balanceBeforeMinutes: number;
  readonly balanceAfterMinutes: number;
  readonly isCorrection: boolean;
  readonly reasonZh: string;
  readonly reasonEn: string;
}

/** Says an entry of the ledger in the words of a passbook. */
export function passbookEntryOf(entry: StatementEntry): PassbookEntryRow {
  const isCorrection = entry.reversesId !== null;
  return {
    id: entry.transferId,
    accountVersion: entry.accountVersion,
    date: shanghaiDate(entry.occurredAt),
    postedAt: entry.postedAt,
    direction: entry.units > 0 ? 'DEPOSIT' : 'WITHDRAWAL',
    minutes: Math.abs(entry.units),
    balanceBeforeMinutes: entry.balanceBeforeUnits,
    balanceAfterMinutes: entry.balanceAfterUnits,
    isCorrection,
    reasonZh: isCorrection ? `更正：${entry.reason}` : '服务存入',
    reasonEn: isCorrection ? `Correction: ${entry.reason}` : 'Deposit for a visit',
  };
}
