import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateLedgerTransfer1760000000201 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE ledger_transfer (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        book text NOT NULL,
        from_account_id uuid NOT NULL,
        to_account_id uuid NOT NULL,
        units bigint NOT NULL,
        kind text NOT NULL,
        reason text NOT NULL,
        reference text NOT NULL,
        occurred_at timestamptz NOT NULL,
        posted_at timestamptz NOT NULL,
        reverses_id uuid CONSTRAINT ledger_transfer_reverses_a_transfer REFERENCES ledger_transfer (id),
        CONSTRAINT ledger_transfer_reference_is_unique UNIQUE (book, reference),
        CONSTRAINT ledger_transfer_units_are_positive CHECK (units > 0),
        CONSTRAINT ledger_transfer_joins_two_accounts CHECK (from_account_id <> to_account_id),
        CONSTRAINT ledger_transfer_kind_is_a_word CHECK (kind ~ '^[A-Z][A-Z_]{0,39}$'),
        CONSTRAINT ledger_transfer_reference_is_short CHECK (length(reference) BETWEEN 1 AND 200),
        CONSTRAINT ledger_transfer_reason_is_short CHECK (length(reason) <= 500)
      )`);
    await db.query(`
      CREATE UNIQUE INDEX ledger_transfer_is_reversed_once ON ledger_transfer (reverses_id)
       WHERE reverses_id IS NOT NULL`);
    // The account's own number orders its entries, makes the chain of balances checkable and is the statement's cursor.
    await db.query(`
      CREATE TABLE ledger_entry (
        account_id uuid NOT NULL,
        account_version bigint NOT NULL,
        transfer_id uuid NOT NULL,
        book text NOT NULL,
        units bigint NOT NULL,
        balance_before bigint NOT NULL,
        balance_after bigint NOT NULL,
        PRIMARY KEY (account_id, account_version),
        CONSTRAINT ledger_entry_is_one_per_account UNIQUE (transfer_id, account_id),
        CONSTRAINT ledger_entry_belongs_to_its_transfer FOREIGN KEY (transfer_id) REFERENCES ledger_transfer (id),
        CONSTRAINT ledger_entry_stays_in_its_book FOREIGN KEY (account_id, book)
          REFERENCES ledger_account (id, book),
        CONSTRAINT ledger_entry_units_not_zero CHECK (units <> 0),
        CONSTRAINT ledger_entry_version_is_positive CHECK (account_version > 0),
        CONSTRAINT ledger_entry_moves_the_balance CHECK (balance_after = balance_before + units)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE ledger_entry`);
    await db.query(`DROP TABLE ledger_transfer`);
  }
}
