import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateLedgerHold1760000000203 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE ledger_hold (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        book text NOT NULL,
        from_account_id uuid NOT NULL,
        to_account_id uuid NOT NULL,
        units bigint NOT NULL,
        kind text NOT NULL,
        reason text NOT NULL,
        reference text NOT NULL,
        status text NOT NULL DEFAULT 'HELD',
        expires_at timestamptz,
        reserved_at timestamptz NOT NULL DEFAULT zhijia_now(),
        settled_at timestamptz,
        settled_reason text,
        transfer_id uuid CONSTRAINT ledger_hold_is_posted_by_its_transfer REFERENCES ledger_transfer (id),
        CONSTRAINT ledger_hold_reference_is_unique UNIQUE (book, reference),
        CONSTRAINT ledger_hold_takes_from_its_book FOREIGN KEY (from_account_id, book)
          REFERENCES ledger_account (id, book),
        CONSTRAINT ledger_hold_gives_to_its_book FOREIGN KEY (to_account_id, book)
          REFERENCES ledger_account (id, book),
        CONSTRAINT ledger_hold_units_are_positive CHECK (units > 0),
        CONSTRAINT ledger_hold_joins_two_accounts CHECK (from_account_id <> to_account_id),
        CONSTRAINT ledger_hold_kind_is_a_word CHECK (kind ~ '^[A-Z][A-Z_]{0,39}$'),
        CONSTRAINT ledger_hold_reference_is_short CHECK (length(reference) BETWEEN 1 AND 200),
        CONSTRAINT ledger_hold_reason_is_short CHECK (length(reason) <= 500),
        CONSTRAINT ledger_hold_status_is_known CHECK (status IN ('HELD', 'POSTED', 'VOIDED', 'EXPIRED')),
        CONSTRAINT ledger_hold_says_when_settled CHECK ((status = 'HELD') = (settled_at IS NULL)),
        CONSTRAINT ledger_hold_posted_has_transfer CHECK ((status = 'POSTED') = (transfer_id IS NOT NULL))
      )`);
    await db.query(`CREATE INDEX ledger_hold_to_expire ON ledger_hold (expires_at) WHERE status = 'HELD'`);
    await db.query(`CREATE INDEX ledger_hold_of_account ON ledger_hold (from_account_id) WHERE status = 'HELD'`);
    await db.query(`
      CREATE FUNCTION ledger_refuse_second_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'A hold is settled once'
          USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_hold_settles_once', TABLE = 'ledger_hold';
      END $$`);
    await db.query(`
      CREATE TRIGGER ledger_hold_settles_once BEFORE UPDATE ON ledger_hold
        FOR EACH ROW WHEN (OLD.status <> 'HELD') EXECUTE FUNCTION ledger_refuse_second_settlement()`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE ledger_hold`);
    await db.query(`DROP FUNCTION ledger_refuse_second_settlement()`);
  }
}
