import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A transfer between two accounts in one statement: locks them, asks whether anything speaks against it, and writes it.
 * It never refuses. Where something does speak against it, or its reference is known, it writes nothing and answers no
 * row; then `planTransfer` decides and says why. An account that everybody pays into is locked for half as long so.
 */
export class PostTransferAtOnce1760000000206 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE FUNCTION ledger_post(asked_book text, from_id uuid, to_id uuid, asked_units bigint, asked_kind text,
                                  asked_reason text, asked_reference text, happened_at timestamptz)
        RETURNS TABLE (id uuid, occurred_at timestamptz, posted_at timestamptz, from_version bigint,
                       from_before bigint, to_version bigint, to_before bigint)
        LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
      #variable_conflict use_column
      DECLARE
        one ledger_account;
        giver ledger_account;
        taker ledger_account;
        moment timestamptz;
      BEGIN
        -- One order for everybody, so that opposite transfers cannot deadlock.
        FOR one IN SELECT * FROM ledger_account account WHERE account.id IN (from_id, to_id)
                    ORDER BY account.id FOR NO KEY UPDATE LOOP
          IF one.id = from_id THEN giver := one; ELSE taker := one; END IF;
        END LOOP;
        IF (giver.book = asked_book AND taker.book = asked_book
            AND giver.status = 'OPEN' AND taker.status <> 'CLOSED'
            AND (giver.floor_units IS NULL
                 OR giver.balance_units - giver.held_units - asked_units >= giver.floor_units)
            AND (taker.cap_units IS NULL OR taker.balance_units + asked_units <= taker.cap_units)
            -- Beyond it the code's whole numbers end.
            AND greatest(taker.balance_units + asked_units, asked_units - giver.balance_units) < 9007199254740992)
           IS NOT TRUE THEN
          RETURN;
        END IF;
        moment := zhijia_now();
        RETURN QUERY
        WITH posted AS (
          INSERT INTO ledger_transfer AS transfer (book, from_account_id, to_account_id, units, kind, reason, reference,
                                                   occurred_at, posted_at)
          VALUES (asked_book, from_id, to_id, asked_units, asked_kind, asked_reason, asked_reference,
                  coalesce(happened_at, moment), moment)
          ON CONFLICT (book, reference) DO NOTHING
          RETURNING transfer.id, transfer.occurred_at, transfer.posted_at
        ), entries AS (
          INSERT INTO ledger_entry (account_id, account_version, transfer_id, book, units, balance_before,
                                    balance_after)
          SELECT side.account_id, side.version, posted.id, asked_book, side.units, side.before, side.before + side.units
            FROM posted
           CROSS JOIN LATERAL (VALUES (from_id, giver.version + 1, - asked_units, giver.balance_units),
                                      (to_id, taker.version + 1, asked_units, taker.balance_units))
                   AS side (account_id, version, units, before)
        ), moved AS (
          UPDATE ledger_account account
             SET balance_units = account.balance_units + CASE account.id WHEN from_id THEN - asked_units
                                                                         ELSE asked_units END,
                 version = account.version + 1
            FROM posted WHERE account.id IN (from_id, to_id)
        )
        SELECT posted.id, posted.occurred_at, posted.posted_at, giver.version + 1, giver.balance_units,
               taker.version + 1, taker.balance_units
          FROM posted;
      END $$`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION ledger_post(text, uuid, uuid, bigint, text, text, text, timestamptz)`);
  }
}
