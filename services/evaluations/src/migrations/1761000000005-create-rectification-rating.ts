import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The one named question after a campaign: how those who took part rate what was put right. */
export class CreateRectificationRating1761000000005 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE known_rectification (
        id uuid PRIMARY KEY,
        campaign_id uuid NOT NULL,
        target_id uuid NOT NULL,
        organisation_id uuid NOT NULL,
        published_at timestamptz,
        withdrawn_at timestamptz,
        grade_counts integer[] NOT NULL DEFAULT '{0,0,0,0,0}'
      ) WITH (fillfactor = 50)`);
    await db.query(`
      CREATE TABLE rectification_rating (
        rectification_id uuid NOT NULL REFERENCES known_rectification,
        member_id uuid NOT NULL,
        grade integer NOT NULL,
        comment text,
        acted_by uuid,
        rated_at timestamptz(3) NOT NULL DEFAULT zhijia_now(),
        PRIMARY KEY (rectification_id, member_id),
        CONSTRAINT rectification_rating_grade_is_known CHECK (grade BETWEEN 1 AND 5),
        CONSTRAINT rectification_rating_comment_is_short CHECK (length(comment) BETWEEN 1 AND 500)
      )`);
    await db.query(`CREATE INDEX rectification_rating_newest ON rectification_rating (rectification_id, rated_at DESC, member_id)
      WHERE comment IS NOT NULL`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE rectification_rating`);
    await db.query(`DROP TABLE known_rectification`);
  }
}
