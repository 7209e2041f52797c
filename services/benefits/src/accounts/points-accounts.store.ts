import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { LedgerStore, type LedgerAccount, type StatementEntry } from '@zhijia/ledger';
import { DataSource } from 'typeorm';
import { memberAccountOf } from '../rules/points-accounts.js';

/** A member's points, as the graph shows them. */
export interface PointsAccountRow {
  readonly id: string;
  readonly memberId: string;
  readonly balancePoints: number;
  readonly heldPoints: number;
}

/** Members' accounts as their owners may see them; nobody else sees any. */
@Injectable()
export class PointsAccountsStore {
  constructor(
    private readonly db: DataSource,
    private readonly ledger: LedgerStore,
  ) {}

  /** In the order of the ids; null where unknown or another's. */
  async ownByIds(accountIds: readonly string[], viewer: Viewer): Promise<(PointsAccountRow | null)[]> {
    if (viewer.memberId === null) return accountIds.map(() => null);
    const accounts = await this.ledger.balance(this.db, accountIds);
    return accounts.map((account) => asOwn(account, viewer));
  }

  /** In the order of the members; null for all but the viewer. */
  async ownByMembers(memberIds: readonly string[], viewer: Viewer): Promise<(PointsAccountRow | null)[]> {
    const { memberId } = viewer;
    if (memberId === null || !memberIds.includes(memberId)) return memberIds.map(() => null);
    const [account = null] = await this.ledger.findAccounts(this.db, [memberAccountOf(memberId)]);
    return memberIds.map((id) => (id === memberId ? asOwn(account, viewer) : null));
  }

  /** For whoever a live consent lets read it; null until the account is open. */
  async balancePointsOf(memberId: string): Promise<number | null> {
    const [account] = await this.ledger.findAccounts(this.db, [memberAccountOf(memberId)]);
    return account?.balanceUnits ?? null;
  }

  /** The newest entries first, one more than the page where there are more. */
  statement(accountId: string, first: number, beforeVersion: number | null): Promise<StatementEntry[]> {
    return this.ledger.statement(this.db, accountId, { first, beforeVersion });
  }
}

function asOwn(account: LedgerAccount | null, viewer: Viewer): PointsAccountRow | null {
  if (account === null || account.kind !== 'MEMBER' || account.ownerId === null) return null;
  if (account.ownerId !== viewer.memberId) return null;
  const { id, ownerId: memberId, balanceUnits: balancePoints, heldUnits: heldPoints } = account;
  return { id, memberId, balancePoints, heldPoints };
}
