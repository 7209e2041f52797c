import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateCampaign1761000000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE question_set (
        id text NOT NULL,
        version integer NOT NULL,
        question_zh text NOT NULL,
        question_en text NOT NULL,
        grade_labels jsonb NOT NULL,
        hash text NOT NULL,
        PRIMARY KEY (id, version),
        CONSTRAINT question_set_version_counts_from_one CHECK (version >= 1)
      )`);
    await db.query(`
      CREATE TABLE campaign (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        organiser_id uuid NOT NULL,
        title_zh text NOT NULL,
        title_en text NOT NULL,
        state text NOT NULL DEFAULT 'PREPARING',
        question_set_id text NOT NULL,
        question_set_version integer NOT NULL,
        opens_at timestamptz NOT NULL,
        closes_at timestamptz NOT NULL,
        electorate_root_id uuid NOT NULL,
        requires_verification boolean NOT NULL,
        electorate_as_of date NOT NULL,
        electorate_size integer NOT NULL DEFAULT 0,
        target_count integer NOT NULL,
        grade_count integer NOT NULL,
        bad_from_grade integer NOT NULL,
        minimum_cell integer NOT NULL,
        pass_line_basis_points integer NOT NULL,
        min_turnout_basis_points integer NOT NULL,
        strata text[] NOT NULL,
        has_codes boolean NOT NULL,
        points_per_member integer,
        pool_points bigint,
        policy_versions jsonb NOT NULL,
        manifest_jws text,
        manifest_hash text,
        manifest_fingerprint text,
        key_thumbprint text,
        service_keys jsonb,
        closed_at timestamptz,
        closing_digest_jws text,
        finished_at timestamptz,
        outcome text,
        annulled_at timestamptz,
        annulment_reason text,
        linkage_dropped_at timestamptz,
        opened_at timestamptz NOT NULL DEFAULT zhijia_now(),
        FOREIGN KEY (question_set_id, question_set_version) REFERENCES question_set (id, version),
        CONSTRAINT campaign_state_is_known CHECK (
          state IN ('PREPARING', 'OPEN', 'CLOSING', 'PUBLISHED', 'NOT_VALID', 'WITHOUT_RESULT', 'ANNULLED')),
        CONSTRAINT campaign_opens_before_it_closes CHECK (opens_at < closes_at),
        CONSTRAINT campaign_reward_is_whole CHECK ((points_per_member IS NULL) = (pool_points IS NULL)),
        CONSTRAINT campaign_open_has_a_manifest CHECK (
          state IN ('PREPARING', 'ANNULLED') OR num_nulls(manifest_jws, manifest_hash, manifest_fingerprint, key_thumbprint, service_keys) = 0),
        CONSTRAINT campaign_annulled_says_why CHECK (
          (state = 'ANNULLED') = (annulled_at IS NOT NULL) AND (annulled_at IS NULL) = (annulment_reason IS NULL))
      )`);
    await db.query(`CREATE INDEX campaign_organiser ON campaign (organiser_id)`);
    // What jobs look for; finished campaigns leave the index.
    await db.query(`CREATE INDEX campaign_unfinished ON campaign (state) WHERE linkage_dropped_at IS NULL`);
    await db.query(`
      CREATE TABLE campaign_target (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        campaign_id uuid NOT NULL REFERENCES campaign,
        position integer NOT NULL,
        organisation_id uuid NOT NULL,
        name_zh text NOT NULL,
        name_en text,
        CONSTRAINT campaign_target_has_one_place UNIQUE (campaign_id, position),
        CONSTRAINT campaign_target_stands_once UNIQUE (campaign_id, organisation_id)
      )`);
    await db.query(`CREATE INDEX campaign_target_organisation ON campaign_target (organisation_id)`);
    await db.query(`
      CREATE TABLE campaign_key (
        campaign_id uuid PRIMARY KEY REFERENCES campaign,
        public_key jsonb NOT NULL,
        thumbprint text NOT NULL,
        wrapped_key text,
        destroyed_at timestamptz,
        CONSTRAINT campaign_key_destroyed_is_gone CHECK ((wrapped_key IS NULL) = (destroyed_at IS NOT NULL))
      )`);
    await db.query(`
      CREATE TABLE known_reward_pool (
        campaign_id uuid PRIMARY KEY,
        emptied_at timestamptz NOT NULL
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const table of ['known_reward_pool', 'campaign_key', 'campaign_target', 'campaign', 'question_set']) {
      await db.query(`DROP TABLE ${table}`);
    }
  }
}
