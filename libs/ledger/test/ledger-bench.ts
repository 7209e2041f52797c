import { databaseMigrations, inTransaction } from '@zhijia/database';
import { openTestDatabase, type TestDatabase } from '@zhijia/testing';
import { LedgerStore, ledgerMigrations, type LedgerAccount, type TransferOutcome } from '../src/index.js';

/** A ledger on a database of its own, with the words the tests speak. */
export class LedgerBench {
  readonly ledger = new LedgerStore();
  private count = 0;

  private constructor(readonly database: TestDatabase) {}

  static async open(poolSize = 10): Promise<LedgerBench> {
    return new LedgerBench(
      await openTestDatabase({ migrations: [...databaseMigrations, ...ledgerMigrations], poolSize }),
    );
  }

  close(): Promise<void> {
    return this.database.close();
  }

  get db() {
    return this.database.dataSource;
  }

  /** A word nobody has used. */
  unique(word: string): string {
    return `${word}-${(this.count += 1)}`;
  }

  async issuance(): Promise<LedgerAccount> {
    return this.open({ kind: 'ISSUANCE', ownerId: null, floorUnits: null });
  }

  /** A member's account of minutes, with a balance that came from issuance. */
  async anAccount(
    options: { balanceUnits?: number; floorUnits?: number; capUnits?: number; kind?: string } = {},
  ): Promise<LedgerAccount> {
    const { balanceUnits = 0, floorUnits = 0, capUnits = null, kind = 'MEMBER' } = options;
    const account = await this.open({ kind, ownerId: this.unique('owner'), floorUnits, capUnits });
    if (balanceUnits > 0) await this.transfer(await this.issuance(), account, balanceUnits);
    return { ...account, balanceUnits };
  }

  private async open(options: {
    kind: string;
    ownerId: string | null;
    floorUnits: number | null;
    capUnits?: number | null;
  }): Promise<LedgerAccount> {
    const [account] = await inTransaction(this.db, (tx) =>
      this.ledger.openAccounts(tx, [{ book: 'MINUTES', ...options }]),
    );
    return account!;
  }

  aRequest(from: { id: string }, to: { id: string }, units: number, reference = this.unique('reference')) {
    return {
      book: 'MINUTES' as const,
      fromAccountId: from.id,
      toAccountId: to.id,
      units,
      kind: 'GIFT',
      reason: 'a test',
      reference,
    };
  }

  transfer(
    from: { id: string },
    to: { id: string },
    units: number,
    reference = this.unique('reference'),
  ): Promise<TransferOutcome> {
    return inTransaction(this.db, (tx) => this.ledger.postTransfer(tx, this.aRequest(from, to, units, reference)));
  }

  async balanceOf(account: { id: string }): Promise<number> {
    const [found] = await this.ledger.balance(this.db, [account.id]);
    return found!.balanceUnits;
  }

  async heldOf(account: { id: string }): Promise<number> {
    const [found] = await this.ledger.balance(this.db, [account.id]);
    return found!.heldUnits;
  }
}
