import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { execute, lookUp } from '@zhijia/database';
import { LedgerStore, type AccountStatus, type StatementEntry } from '@zhijia/ledger';
import { DataSource, type EntityManager } from 'typeorm';
import { accountReaders } from '../access/timebank.permissions.js';
import { depositorAccountOf } from '../rules/time-accounts.js';

/** A depositor's account, as the graph shows it. */
export interface TimeAccountRow {
  readonly id: string;
  readonly memberId: string;
  readonly depositor: { readonly __typename: 'Member'; readonly id: string };
  readonly balanceMinutes: number;
  readonly openedOn: string;
  readonly status: AccountStatus;
}

type AccountFacts = Omit<TimeAccountRow, 'depositor'>;

/** The depositors' accounts: their balances stand in the ledger, who may see them is decided here. */
@Injectable()
export class TimeAccountsStore {
  constructor(
    private readonly db: DataSource,
    private readonly ledger: LedgerStore,
  ) {}

  /** Opens what is not open yet: an account is one for each member. */
  async open(tx: EntityManager, memberIds: readonly string[]): Promise<void> {
    const accounts = await this.ledger.openAccounts(tx, memberIds.map(depositorAccountOf));
    await execute(
      tx,
      `INSERT INTO time_account (id, member_id)
       SELECT asked.id, asked.member_id FROM unnest($1::uuid[], $2::uuid[]) AS asked (id, member_id)
        ORDER BY asked.member_id
       ON CONFLICT DO NOTHING`,
      [accounts.map((account) => account.id), accounts.map((account) => account.ownerId)],
    );
  }

  /** In the order of the ids; null where unknown or out of the viewer's reach. */
  visibleByIds(accountIds: readonly string[], viewer: Viewer): Promise<(TimeAccountRow | null)[]> {
    return this.visible('id', accountIds, viewer);
  }

  /** In the order of the members; null where unknown or out of the viewer's reach. */
  visibleByMembers(memberIds: readonly string[], viewer: Viewer): Promise<(TimeAccountRow | null)[]> {
    return this.visible('memberId', memberIds, viewer);
  }

  /** For whoever a live consent lets read it; null until the account is open. */
  async balanceMinutesOf(memberId: string): Promise<number | null> {
    const [account] = await this.ledger.findAccounts(this.db, [depositorAccountOf(memberId)]);
    return account?.balanceUnits ?? null;
  }

  /** The newest entries of many accounts, the newest first. */
  passbooks(accountIds: readonly string[], first: number, beforeVersion: number | null): Promise<StatementEntry[][]> {
    return this.ledger.statementsOf(this.db, accountIds, { first, beforeVersion });
  }

  private async visible(
    by: 'id' | 'memberId',
    ids: readonly string[],
    viewer: Viewer,
  ): Promise<(TimeAccountRow | null)[]> {
    const found = await lookUp<AccountFacts>(
      this.db,
      `SELECT account.id, account.member_id AS "memberId", account.opened_on AS "openedOn",
              ledger.balance_units AS "balanceMinutes", ledger.status
         FROM time_account account
         JOIN ledger_account ledger ON ledger.id = account.id
         LEFT JOIN known_member member ON member.id = account.member_id
         LEFT JOIN known_organisation home ON home.id = member.organisation_id
        WHERE ${by === 'id' ? 'account.id' : 'account.member_id'} = ANY($1::uuid[])
          AND (account.member_id = $2
               OR home.path <@ ANY (SELECT path FROM known_organisation WHERE id = ANY($3::uuid[])))`,
      [ids, viewer.memberId, viewer.organisationsOf(...accountReaders)],
    );
    const byKey = new Map(found.map((account) => [account[by], account]));
    return ids.map((id) => {
      const account = byKey.get(id);
      return account === undefined ? null : { ...account, depositor: { __typename: 'Member', id: account.memberId } };
    });
  }
}
