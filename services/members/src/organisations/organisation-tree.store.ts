import { Injectable } from '@nestjs/common';
import { execute, rows, type Queryable } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import type { OrganisationFacts, RegisteredOrganisation } from '../rules/plan-organisation-import.js';

export interface TreeRow extends RegisteredOrganisation {
  readonly id: string;
  readonly node: number;
  readonly parentId: string | null;
  readonly path: string;
  readonly version: number;
}

/** An organisation as it is to be stored. */
export interface PlacedOrganisation extends OrganisationFacts {
  readonly id: string;
  readonly node: number;
  readonly parentId: string | null;
  readonly path: string;
  readonly version: number;
}

/** The tree of organisations as a whole, for those who change it. */
@Injectable()
export class OrganisationTreeStore {
  /** Nobody else changes the tree until the transaction ends. */
  async lockTree(tx: EntityManager, reach: readonly string[] | null): Promise<TreeRow[]> {
    return rows(
      tx,
      `SELECT id, node, code, parent_id AS "parentId", path::text AS path, kind, name_zh AS "nameZh",
         name_en AS "nameEn", unified_code AS "unifiedCode", status, version,
         (SELECT parent.code FROM organisation parent WHERE parent.id = organisation.parent_id) AS "parentCode",
         ($1::uuid[] IS NULL OR path <@ ANY (SELECT path FROM organisation WHERE id = ANY($1))) AS "isInReach"
       FROM organisation ORDER BY id FOR UPDATE`,
      [reach],
    );
  }

  /** New labels and ids, as many as asked for. */
  newIdentities(db: Queryable, count: number): Promise<{ id: string; node: number }[]> {
    return rows(
      db,
      `SELECT uuidv7() AS id, nextval(pg_get_serial_sequence('organisation', 'node')) AS node
       FROM generate_series(1, $1)`,
      [count],
    );
  }

  async insertAll(tx: EntityManager, organisations: readonly PlacedOrganisation[]): Promise<void> {
    if (organisations.length === 0) return;
    await execute(
      tx,
      `INSERT INTO organisation (id, node, code, parent_id, path, kind, name_zh, name_en, unified_code, status, version)
       SELECT id, node, code, parent_id, path::ltree, kind, name_zh, name_en, unified_code, status, version
       FROM ${placed}`,
      parametersOf(organisations),
    );
  }

  async updateAll(tx: EntityManager, organisations: readonly PlacedOrganisation[]): Promise<void> {
    if (organisations.length === 0) return;
    await execute(
      tx,
      `UPDATE organisation SET parent_id = placed.parent_id, path = placed.path::ltree, kind = placed.kind,
         name_zh = placed.name_zh, name_en = placed.name_en, unified_code = placed.unified_code,
         status = placed.status, version = placed.version, changed_at = zhijia_now()
       FROM ${placed} WHERE organisation.id = placed.id`,
      parametersOf(organisations),
    );
  }
}

const placed = `unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[],
  $8::text[], $9::text[], $10::text[], $11::int[])
  AS placed (id, node, code, parent_id, path, kind, name_zh, name_en, unified_code, status, version)`;

function parametersOf(organisations: readonly PlacedOrganisation[]): unknown[] {
  return [
    organisations.map((one) => one.id),
    organisations.map((one) => one.node),
    organisations.map((one) => one.code),
    organisations.map((one) => one.parentId),
    organisations.map((one) => one.path),
    organisations.map((one) => one.kind),
    organisations.map((one) => one.nameZh),
    organisations.map((one) => one.nameEn),
    organisations.map((one) => one.unifiedCode),
    organisations.map((one) => one.status),
    organisations.map((one) => one.version),
  ];
}
