import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateMember1761000000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE member (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL CONSTRAINT member_organisation_exists REFERENCES organisation,
        -- The number on the union's own card or list, where it has one.
        member_number text,
        full_name_sealed bytea NOT NULL,
        id_number_sealed bytea NOT NULL,
        id_number_index bytea NOT NULL,
        phone_sealed bytea NOT NULL,
        phone_index bytea NOT NULL,
        -- What the checksum says of the form; who the person is, verification says.
        id_number_well_formed boolean NOT NULL,
        verification text NOT NULL,
        verified_by text,
        verified_on date,
        strata text[] NOT NULL,
        joined_on date NOT NULL,
        status text NOT NULL,
        version integer NOT NULL,
        registered_at timestamptz NOT NULL DEFAULT zhijia_now(),
        changed_at timestamptz NOT NULL DEFAULT zhijia_now(),
        -- One row a person for good: who left and comes again goes on in the same row.
        CONSTRAINT member_id_number_is_unique UNIQUE (id_number_index),
        -- Checked at the end of a statement, so that one may take over a number that the other gives up with it.
        CONSTRAINT member_number_is_unique UNIQUE (member_number) DEFERRABLE INITIALLY IMMEDIATE,
        CONSTRAINT member_verification_is_known CHECK (verification IN ('NONE', 'UNION_ATTESTED', 'IDENTITY_VERIFIED')),
        CONSTRAINT member_attestation_is_whole CHECK (
          verification <> 'UNION_ATTESTED' OR (verified_by IS NOT NULL AND verified_on IS NOT NULL)),
        CONSTRAINT member_status_is_known CHECK (status IN ('ACTIVE', 'LEFT')),
        CONSTRAINT member_version_is_positive CHECK (version > 0)
      )`);
    await db.query(`CREATE INDEX member_phone ON member (phone_index)`);
    await db.query(`CREATE INDEX member_organisation ON member (organisation_id, id)`);
    await db.query(`
      CREATE TABLE member_history (
        member_id uuid NOT NULL,
        version integer NOT NULL,
        change text NOT NULL,
        -- Which facts differ from the version before; of sealed ones only that they do.
        changed_fields text[] NOT NULL,
        organisation_id uuid NOT NULL,
        status text NOT NULL,
        verification text NOT NULL,
        strata text[] NOT NULL,
        joined_on date NOT NULL,
        -- The import that said so; null for a change that came another way.
        import_run_id uuid,
        changed_at timestamptz NOT NULL DEFAULT zhijia_now(),
        PRIMARY KEY (member_id, version),
        CONSTRAINT member_history_change_is_known CHECK (
          change IN ('REGISTERED', 'MOVED', 'CORRECTED', 'LEFT', 'REJOINED'))
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE member_history`);
    await db.query(`DROP TABLE member`);
  }
}
