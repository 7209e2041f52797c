import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateConsent1761000000300 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE consent (
        -- Partners hold it: random, so that it tells nobody when it was given.
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        member_id uuid NOT NULL CONSTRAINT consent_member_exists REFERENCES member,
        -- Whose server may use it: a client's id is its own only under its issuer.
        issuer text NOT NULL,
        client_id text NOT NULL,
        -- What the member was shown, kept as it was shown.
        recipient_name text NOT NULL,
        recipient_contact text NOT NULL,
        purpose text NOT NULL,
        purpose_zh text NOT NULL,
        purpose_en text NOT NULL,
        fields text[] NOT NULL,
        notice_version text NOT NULL,
        policy_region text,
        policy_version integer NOT NULL,
        method text NOT NULL DEFAULT 'ONLINE_QUERY',
        -- One page answered twice is one consent.
        interaction_hash bytea NOT NULL CONSTRAINT consent_is_one_an_interaction UNIQUE,
        given_at timestamptz NOT NULL,
        valid_until timestamptz NOT NULL,
        withdrawn_at timestamptz,
        withdrawal_reason text,
        CONSTRAINT consent_method_is_known CHECK (method = 'ONLINE_QUERY'),
        CONSTRAINT consent_covers_something CHECK (cardinality(fields) > 0),
        CONSTRAINT consent_ends_after_it_begins CHECK (valid_until > given_at),
        CONSTRAINT consent_withdrawal_has_a_reason CHECK (
          (withdrawn_at IS NULL) = (withdrawal_reason IS NULL) AND withdrawal_reason IN ('MEMBER', 'REPLACED'))
      )`);
    await db.query(`
      CREATE UNIQUE INDEX consent_is_one_a_purpose ON consent (member_id, issuer, client_id, purpose)
        WHERE withdrawn_at IS NULL`);
    await db.query(`CREATE INDEX consent_of_member ON consent (member_id, given_at DESC, id DESC)`);
    await db.query(`
      CREATE TABLE consent_refusal (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        member_id uuid NOT NULL CONSTRAINT consent_refusal_member_exists REFERENCES member,
        issuer text NOT NULL,
        client_id text NOT NULL,
        purpose text NOT NULL,
        notice_version text NOT NULL,
        refused_at timestamptz NOT NULL,
        -- Until then the partner is answered without the member being asked.
        ask_again_at timestamptz NOT NULL
      )`);
    await db.query(`
      CREATE INDEX consent_refusal_of_purpose ON consent_refusal (member_id, issuer, client_id, purpose, ask_again_at)`);
    await db.query(`
      CREATE TABLE consent_use (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        consent_id uuid NOT NULL CONSTRAINT consent_use_consent_exists REFERENCES consent,
        fields text[] NOT NULL,
        used_at timestamptz NOT NULL
      )`);
    await db.query(`CREATE INDEX consent_use_of_consent ON consent_use (consent_id, id DESC)`);
    await db.query(`
      CREATE FUNCTION consent_use_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'What a partner read stays written'
          USING ERRCODE = 'check_violation', CONSTRAINT = 'consent_use_is_immutable', TABLE = 'consent_use';
      END $$`);
    await db.query(`
      CREATE TRIGGER consent_use_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_use
        FOR EACH STATEMENT EXECUTE FUNCTION consent_use_refuse_change()`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE consent_use`);
    await db.query(`DROP FUNCTION consent_use_refuse_change()`);
    await db.query(`DROP TABLE consent_refusal`);
    await db.query(`DROP TABLE consent`);
  }
}
