import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ForgetConsentUses1761000000303 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE consent
        -- Its uses have been kept long enough and may go; they are gone.
        ADD COLUMN uses_due_at timestamptz,
        ADD COLUMN uses_removed_at timestamptz,
        ADD CONSTRAINT consent_uses_are_due_before_they_go CHECK (uses_removed_at IS NULL OR uses_due_at IS NOT NULL)`);
    await db.query(`
      CREATE INDEX consent_by_end ON consent (LEAST(withdrawn_at, valid_until)) WHERE uses_due_at IS NULL`);
    await db.query(`
      CREATE INDEX consent_with_due_uses ON consent (id) WHERE uses_due_at IS NOT NULL AND uses_removed_at IS NULL`);
    await db.query(`DROP TRIGGER consent_use_is_immutable ON consent_use`);
    await db.query(`
      CREATE TRIGGER consent_use_is_immutable BEFORE UPDATE OR TRUNCATE ON consent_use
        FOR EACH STATEMENT EXECUTE FUNCTION consent_use_refuse_change()`);
    // The law's three years hold here whatever a policy or a programmer says.
    await db.query(`
      CREATE FUNCTION consent_use_refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (
          SELECT FROM removed LEFT JOIN consent ON consent.id = removed.consent_id
            AND consent.uses_due_at IS NOT NULL AND consent.uses_removed_at IS NULL
            AND LEAST(consent.withdrawn_at, consent.valid_until) + interval '36 months' <= zhijia_now()
          WHERE consent.id IS NULL) THEN
          RAISE EXCEPTION 'What a partner read stays written until its time is over'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'consent_use_is_kept', TABLE = 'consent_use';
        END IF;
        RETURN NULL;
      END $$`);
    await db.query(`
      CREATE TRIGGER consent_use_is_kept AFTER DELETE ON consent_use REFERENCING OLD TABLE AS removed
        FOR EACH STATEMENT EXECUTE FUNCTION consent_use_refuse_removal()`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TRIGGER consent_use_is_kept ON consent_use`);
    await db.query(`DROP FUNCTION consent_use_refuse_removal()`);
    await db.query(`DROP TRIGGER consent_use_is_immutable ON consent_use`);
    await db.query(`
      CREATE TRIGGER consent_use_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_use
        FOR EACH STATEMENT EXECUTE FUNCTION consent_use_refuse_change()`);
    await db.query(`ALTER TABLE consent DROP COLUMN uses_due_at, DROP COLUMN uses_removed_at`);
  }
}
