import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateLedgerAccount1760000000200 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    // Room in each page: a balance changes in place, without touching an index.
    await db.query(`
      CREATE TABLE ledger_account (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        book text NOT NULL,
        kind text NOT NULL,
        owner_id text,
        floor_units bigint DEFAULT 0,
        cap_units bigint,
        status text NOT NULL DEFAULT 'OPEN',
        balance_units bigint NOT NULL DEFAULT 0,
        held_units bigint NOT NULL DEFAULT 0,
        version bigint NOT NULL DEFAULT 0,
        opened_at timestamptz NOT NULL DEFAULT zhijia_now(),
        CONSTRAINT ledger_account_is_one_per_owner UNIQUE NULLS NOT DISTINCT (book, kind, owner_id),
        CONSTRAINT ledger_account_belongs_to_one_book UNIQUE (id, book),
        CONSTRAINT ledger_account_book_is_known CHECK (book IN ('MINUTES', 'POINTS', 'WELFARE_FEN')),
        CONSTRAINT ledger_account_kind_is_a_word CHECK (kind ~ '^[A-Z][A-Z_]{0,39}$'),
        CONSTRAINT ledger_account_status_is_known CHECK (status IN ('OPEN', 'FROZEN', 'CLOSED')),
        CONSTRAINT ledger_account_keeps_floor CHECK (balance_units - held_units >= floor_units),
        CONSTRAINT ledger_account_keeps_cap CHECK (balance_units <= cap_units),
        CONSTRAINT ledger_account_held_is_not_negative CHECK (held_units >= 0),
        CONSTRAINT ledger_account_closed_is_empty CHECK (status <> 'CLOSED' OR (balance_units = 0 AND held_units = 0))
      ) WITH (fillfactor = 70)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE ledger_account`);
  }
}
