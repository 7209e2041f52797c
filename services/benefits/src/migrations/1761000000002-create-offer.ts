import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOffer1761000000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE offer (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        organisation_id uuid NOT NULL,
        merchant_name_zh text NOT NULL,
        merchant_name_en text,
        title_zh text NOT NULL,
        title_en text,
        price_points bigint NOT NULL,
        stock integer NOT NULL,
        redeemed_count integer NOT NULL DEFAULT 0,
        per_member_limit integer NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        status text NOT NULL DEFAULT 'OPEN',
        created_at timestamptz NOT NULL DEFAULT zhijia_now(),
        created_by text NOT NULL,
        CONSTRAINT offer_price_is_positive CHECK (price_points > 0),
        CONSTRAINT offer_has_stock CHECK (stock > 0),
        CONSTRAINT offer_is_not_oversold CHECK (redeemed_count BETWEEN 0 AND stock),
        CONSTRAINT offer_limit_is_positive CHECK (per_member_limit > 0),
        CONSTRAINT offer_ends_after_it_starts CHECK (ends_at > starts_at),
        CONSTRAINT offer_status_is_known CHECK (status IN ('OPEN', 'WITHDRAWN'))
      )`);
    await db.query(`CREATE INDEX offer_organisation ON offer (organisation_id, id DESC)`);
    await db.query(`
      CREATE TABLE redemption (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        offer_id uuid NOT NULL CONSTRAINT redemption_is_of_an_offer REFERENCES offer (id),
        member_id uuid NOT NULL,
        points bigint NOT NULL,
        code text NOT NULL,
        transfer_id uuid NOT NULL,
        redeemed_at timestamptz NOT NULL DEFAULT zhijia_now(),
        CONSTRAINT redemption_code_is_unique UNIQUE (code),
        CONSTRAINT redemption_points_are_positive CHECK (points > 0)
      )`);
    await db.query(`CREATE INDEX redemption_member ON redemption (member_id, id DESC)`);
    await db.query(`CREATE INDEX redemption_offer_member ON redemption (offer_id, member_id)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE redemption`);
    await db.query(`DROP TABLE offer`);
  }
}
