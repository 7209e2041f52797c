import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Clients make keys of what they have at hand, of somebody's phone number too: only a hash is kept. */
export class HashIdempotencyKeys1760000000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(
      `UPDATE idempotency_record SET key = encode(sha256(convert_to(scope || ' ' || key, 'UTF8')), 'hex')`,
    );
  }

  /** Hashes stay: what they were made of is gone, and was not meant to be kept. */
  async down(): Promise<void> {}
}
