import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What two foreign keys asked four times a transfer, row by row and with a lock on each row they found, is asked once a
 * statement: that an entry's transfer is there the check of its sides has always said, that its account is there and of
 * its book it says now. Transfers are immutable, and accounts stay as they are named: nothing can be taken away later.
 */
export class CheckEntriesByStatement1760000000207 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE OR REPLACE FUNCTION ledger_check_entries() RETURNS trigger LANGUAGE plpgsql AS $$
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
        IF EXISTS (
          SELECT FROM new_entry
           WHERE (SELECT book FROM ledger_account WHERE id = new_entry.account_id) IS DISTINCT FROM new_entry.book
        ) THEN
          RAISE EXCEPTION 'A ledger entry is in the book of its account'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_stays_in_its_book', TABLE = 'ledger_entry';
        END IF;
        RETURN NULL;
      END $$`);
    await db.query(`
      CREATE FUNCTION ledger_keep_account() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'An account stays, and stays in its book'
          USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_account_stays_in_its_book', TABLE = 'ledger_account';
      END $$`);
    await db.query(`
      CREATE TRIGGER ledger_account_stays BEFORE DELETE OR TRUNCATE ON ledger_account
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_account()`);
    await db.query(`
      CREATE TRIGGER ledger_account_stays_in_its_book BEFORE UPDATE OF id, book ON ledger_account
        FOR EACH ROW WHEN (OLD.id <> NEW.id OR OLD.book <> NEW.book) EXECUTE FUNCTION ledger_keep_account()`);
    await db.query(`
      ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_belongs_to_its_transfer,
                               DROP CONSTRAINT ledger_entry_stays_in_its_book`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE ledger_entry
        ADD CONSTRAINT ledger_entry_belongs_to_its_transfer FOREIGN KEY (transfer_id) REFERENCES ledger_transfer (id),
        ADD CONSTRAINT ledger_entry_stays_in_its_book FOREIGN KEY (account_id, book)
          REFERENCES ledger_account (id, book)`);
    await db.query(`DROP TRIGGER ledger_account_stays_in_its_book ON ledger_account`);
    await db.query(`DROP TRIGGER ledger_account_stays ON ledger_account`);
    await db.query(`DROP FUNCTION ledger_keep_account()`);
  }
}
