import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateIdentity1761000000200 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE account (
        -- The subject of tokens: random, so that it tells nobody when the account was opened.
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        member_id uuid CONSTRAINT account_member_exists REFERENCES member
          CONSTRAINT account_is_one_a_member UNIQUE,
        -- Of staff who are no members; a member's number is that of the member.
        full_name_sealed bytea,
        phone_sealed bytea,
        phone_index bytea CONSTRAINT account_phone_is_unique UNIQUE,
        status text NOT NULL DEFAULT 'ACTIVE',
        opened_at timestamptz NOT NULL DEFAULT zhijia_now(),
        CONSTRAINT account_status_is_known CHECK (status IN ('ACTIVE', 'SUSPENDED')),
        CONSTRAINT account_is_of_a_member_or_of_staff CHECK (
          (member_id IS NOT NULL AND phone_index IS NULL AND phone_sealed IS NULL AND full_name_sealed IS NULL) OR
          (member_id IS NULL AND phone_index IS NOT NULL AND phone_sealed IS NOT NULL AND full_name_sealed IS NOT NULL))
      )`);
    await db.query(`
      CREATE TABLE office (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        account_id uuid NOT NULL CONSTRAINT office_account_exists REFERENCES account,
        role text NOT NULL,
        organisation_id uuid NOT NULL CONSTRAINT office_organisation_exists REFERENCES organisation,
        appointed_by text NOT NULL,
        appointed_at timestamptz NOT NULL DEFAULT zhijia_now(),
        ended_by text,
        ended_at timestamptz,
        CONSTRAINT office_ends_by_somebody CHECK ((ended_at IS NULL) = (ended_by IS NULL))
      )`);
    await db.query(`
      CREATE UNIQUE INDEX office_is_held_once ON office (account_id, role, organisation_id) WHERE ended_at IS NULL`);
    await db.query(`
      CREATE TABLE issuer_record (
        model text NOT NULL,
        -- What lets somebody in is kept as its hash: who reads this table holds no session and no refresh token.
        id_hash bytea NOT NULL,
        payload jsonb NOT NULL,
        grant_id text,
        uid text,
        account_id text,
        expires_at timestamptz,
        consumed_at timestamptz,
        PRIMARY KEY (model, id_hash)
      )`);
    await db.query(`CREATE INDEX issuer_record_grant ON issuer_record (grant_id) WHERE grant_id IS NOT NULL`);
    await db.query(`CREATE INDEX issuer_record_uid ON issuer_record (uid) WHERE uid IS NOT NULL`);
    await db.query(`CREATE INDEX issuer_record_account ON issuer_record (account_id) WHERE account_id IS NOT NULL`);
    await db.query(`CREATE INDEX issuer_record_expiry ON issuer_record (expires_at)`);
    await db.query(`
      CREATE TABLE issuer_client (
        id text PRIMARY KEY,
        -- As in OpenID Connect dynamic registration: public keys and addresses, no secret.
        metadata jsonb NOT NULL,
        -- The partner whose server it is; null for applications of the federation itself.
        organisation_id uuid CONSTRAINT issuer_client_organisation_exists REFERENCES organisation,
        registered_at timestamptz NOT NULL DEFAULT zhijia_now()
      )`);
    await db.query(`
      CREATE TABLE signing_key (
        kid text PRIMARY KEY,
        algorithm text NOT NULL,
        public_key jsonb NOT NULL,
        private_key_sealed bytea NOT NULL,
        made_at timestamptz NOT NULL DEFAULT now(),
        signs_from timestamptz NOT NULL,
        CONSTRAINT signing_key_algorithm_is_known CHECK (algorithm IN ('ES256', 'PS256'))
      )`);
    await db.query(`
      CREATE TABLE sign_in (
        interaction_hash bytea PRIMARY KEY,
        phone_index bytea NOT NULL,
        stage text NOT NULL,
        -- A keyed hash; null where nobody is reached under the number: such a sign-in looks the same and never ends.
        code_mac bytea,
        code_expires_at timestamptz NOT NULL,
        wrong_answers integer NOT NULL DEFAULT 0,
        codes_sent integer NOT NULL DEFAULT 1,
        account_id uuid,
        started_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT sign_in_stage_is_known CHECK (stage IN ('CODE', 'PERSON', 'SECOND_FACTOR', 'DONE'))
      )`);
    await db.query(`CREATE INDEX sign_in_start ON sign_in (started_at)`);
    await db.query(`
      CREATE TABLE code_sending (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        phone_index bytea NOT NULL,
        requester_hash bytea NOT NULL,
        sent_at timestamptz NOT NULL DEFAULT now(),
        has_let_in boolean NOT NULL DEFAULT false
      )`);
    await db.query(`CREATE INDEX code_sending_phone ON code_sending (phone_index, sent_at)`);
    await db.query(`CREATE INDEX code_sending_requester ON code_sending (requester_hash, sent_at)`);
    await db.query(`
      CREATE TABLE second_factor (
        account_id uuid PRIMARY KEY CONSTRAINT second_factor_account_exists REFERENCES account,
        secret_sealed bytea NOT NULL,
        confirmed_at timestamptz,
        -- The time step of the last accepted code: none is accepted twice.
        last_step bigint NOT NULL DEFAULT 0,
        wrong_answers integer NOT NULL DEFAULT 0,
        wrong_since timestamptz
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const table of [
      'second_factor',
      'code_sending',
      'sign_in',
      'signing_key',
      'issuer_client',
      'issuer_record',
      'office',
      'account',
    ]) {
      await db.query(`DROP TABLE ${table}`);
    }
  }
}
