import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Every transfer has exactly its two entries, minus and plus the same units, in one book. A transfer and its entries
 * are written by one statement, so the check runs once a statement, also for a batch of hundreds.
 *
 * The look-ups are scalar subqueries on purpose: they stay look-ups by key, whatever the planner remembers of the size
 * of a batch.
 */
export class KeepLedgerBalanced1760000000202 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE FUNCTION ledger_check_transfers() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (
          SELECT FROM new_transfer
           WHERE (SELECT count(*) FROM ledger_entry
                   WHERE transfer_id = new_transfer.id
                     AND CASE account_id WHEN new_transfer.from_account_id THEN units = - new_transfer.units
                                         WHEN new_transfer.to_account_id THEN units = new_transfer.units END) <> 2
        ) THEN
          RAISE EXCEPTION 'A ledger transfer is written together with its two entries'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transfer_sums_to_zero', TABLE = 'ledger_transfer';
        END IF;
        RETURN NULL;
      END $$`);
    await db.query(`
      CREATE TRIGGER ledger_transfer_sums_to_zero AFTER INSERT ON ledger_transfer
        REFERENCING NEW TABLE AS new_transfer FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_transfers()`);
    await db.query(`
      CREATE FUNCTION ledger_check_entries() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (
          SELECT FROM new_entry
           -- By id alone: asked for its book too, the planner may choose the book's index and read all of the book.
           WHERE (SELECT CASE WHEN book <> new_entry.book THEN NULL
                              WHEN new_entry.account_id = from_account_id THEN - units
                              WHEN new_entry.account_id = to_account_id THEN units END
                    FROM ledger_transfer WHERE id = new_entry.transfer_id)
                 IS DISTINCT FROM new_entry.units
        ) THEN
          RAISE EXCEPTION 'A ledger entry is one side of its transfer, in the book of its transfer'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_is_a_side_of_its_transfer',
                  TABLE = 'ledger_entry';
        END IF;
        RETURN NULL;
      END $$`);
    await db.query(`
      CREATE TRIGGER ledger_entry_is_a_side_of_its_transfer AFTER INSERT ON ledger_entry
        REFERENCING NEW TABLE AS new_entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_entries()`);
    await db.query(`
      CREATE FUNCTION ledger_check_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NOT EXISTS (
          SELECT FROM ledger_transfer original
           WHERE original.id = NEW.reverses_id AND original.book = NEW.book AND original.units = NEW.units
             AND original.from_account_id = NEW.to_account_id AND original.to_account_id = NEW.from_account_id
             AND original.reverses_id IS NULL
        ) THEN
          RAISE EXCEPTION 'A reversal turns its transfer round and changes nothing else'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transfer_reversal_mirrors',
                  TABLE = 'ledger_transfer';
        END IF;
        RETURN NEW;
      END $$`);
    await db.query(`
      CREATE TRIGGER ledger_transfer_reversal_mirrors BEFORE INSERT ON ledger_transfer
        FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION ledger_check_reversal()`);
    await db.query(`
      CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'What was posted stays; a correction is a reversal'
          USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_is_immutable', TABLE = TG_TABLE_NAME;
      END $$`);
    for (const table of ['ledger_transfer', 'ledger_entry']) {
      await db.query(`
        CREATE TRIGGER ${table}_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ${table}
          FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()`);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    for (const table of ['ledger_transfer', 'ledger_entry']) {
      await db.query(`DROP TRIGGER ${table}_is_immutable ON ${table}`);
    }
    await db.query(`DROP FUNCTION ledger_refuse_change()`);
    await db.query(`DROP TRIGGER ledger_transfer_reversal_mirrors ON ledger_transfer`);
    await db.query(`DROP FUNCTION ledger_check_reversal()`);
    await db.query(`DROP TRIGGER ledger_entry_is_a_side_of_its_transfer ON ledger_entry`);
    await db.query(`DROP FUNCTION ledger_check_entries()`);
    await db.query(`DROP TRIGGER ledger_transfer_sums_to_zero ON ledger_transfer`);
    await db.query(`DROP FUNCTION ledger_check_transfers()`);
  }
}
