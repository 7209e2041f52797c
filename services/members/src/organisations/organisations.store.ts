import { Injectable } from '@nestjs/common';
import { lookUp, row, rows, type Queryable } from '@zhijia/database';
import { DataSource } from 'typeorm';
import type { OrganisationKind, OrganisationStatus } from '../rules/read-organisation-line.js';

export interface OrganisationRow {
  readonly id: string;
  readonly code: string;
  readonly kind: OrganisationKind;
  readonly nameZh: string;
  readonly nameEn: string | null;
  readonly unifiedCode: string | null;
  readonly status: OrganisationStatus;
  readonly parentId: string | null;
  readonly version: number;
  readonly node: number;
}

export interface RegisterEntryRow {
  readonly unifiedCode: string;
  readonly nameZh: string;
  readonly nameEn: string | null;
  readonly kind: OrganisationKind;
  readonly status: OrganisationStatus;
  readonly federationNameZh: string | null;
}

const columns = `id, code, kind, name_zh AS "nameZh", name_en AS "nameEn", unified_code AS "unifiedCode", status,
  parent_id AS "parentId", version, node`;

/** The same as one value, for a read that brings the organisation along. */
export const organisationObject = `json_build_object('id', organisation.id, 'code', organisation.code,
  'kind', organisation.kind, 'nameZh', organisation.name_zh, 'nameEn', organisation.name_en,
  'unifiedCode', organisation.unified_code, 'status', organisation.status, 'parentId', organisation.parent_id,
  'version', organisation.version, 'node', organisation.node)`;

/** Reads of single organisations; what changes the tree is in `organisation-tree.store.ts`. */
@Injectable()
export class OrganisationsStore {
  constructor(private readonly db: DataSource) {}

  /** In the order asked for, null where there is none. */
  async byIds(ids: readonly string[]): Promise<(OrganisationRow | null)[]> {
    const found = await lookUp<OrganisationRow>(
      this.db,
      `SELECT ${columns} FROM organisation WHERE id = ANY($1::uuid[])`,
      [ids.filter(isUuid)],
    );
    const byId = new Map(found.map((organisation) => [organisation.id, organisation]));
    return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
  }

  /** The id of the one that the federation calls by this code; null where there is none. */
  async findIdByCode(code: string, db: Queryable = this.db): Promise<string | null> {
    const found = await row<{ id: string }>(db, `SELECT id FROM organisation WHERE code = $1`, [code]);
    return found?.id ?? null;
  }

  /** One more than asked for where there is a next page. */
  listChildren(parentId: string | null, afterNode: number | null, size: number): Promise<OrganisationRow[]> {
    if (parentId !== null && !isUuid(parentId)) return Promise.resolve([]);
    return rows(
      this.db,
      `SELECT ${columns} FROM organisation
       WHERE ${parentId === null ? 'parent_id IS NULL AND $1::uuid IS NULL' : 'parent_id = $1'} AND node > $2
       ORDER BY node LIMIT $3`,
      [parentId, afterNode ?? 0, size + 1],
    );
  }

  findRegisterEntry(unifiedCode: string): Promise<RegisterEntryRow | null> {
    return row(
      this.db,
      `SELECT entry.unified_code AS "unifiedCode", entry.name_zh AS "nameZh", entry.name_en AS "nameEn", entry.kind,
         entry.status, (
           SELECT above.name_zh FROM organisation above
           WHERE above.path @> entry.path AND above.id <> entry.id AND above.kind = 'FEDERATION'
           ORDER BY nlevel(above.path) DESC LIMIT 1) AS "federationNameZh"
       FROM organisation entry WHERE entry.unified_code = $1`,
      [unifiedCode],
    );
  }
}

/** An id from outside that is none finds nothing; PostgreSQL would call it an error. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}
