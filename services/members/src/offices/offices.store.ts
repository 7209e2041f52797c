import { Injectable } from '@nestjs/common';
import type { RoleName, Viewer } from '@zhijia/access';
import { execute, row, rows, type Queryable } from '@zhijia/database';
import { isUuid } from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import { appointers, type OfficeRole } from '../rules/plan-appointment.js';

export interface OfficeRow {
  readonly id: string;
  readonly role: OfficeRole;
  readonly organisationId: string;
  readonly memberId: string | null;
  readonly heldSince: string;
}

const columns = `office.id, office.role, office.organisation_id AS "organisationId", account.member_id AS "memberId",
  office.appointed_at AS "heldSince"`;
const most = 200;

/** Offices and who holds them. Reach is that of the appointer's own offices, at this moment. */
@Injectable()
export class OfficesStore {
  constructor(private readonly db: DataSource) {}

  async listIn(organisationId: string, viewer: Viewer): Promise<OfficeRow[]> {
    if (!isUuid(organisationId)) return [];
    return rows(
      this.db,
      `SELECT ${columns} FROM office JOIN account ON account.id = office.account_id
       JOIN organisation ON organisation.id = office.organisation_id
       WHERE office.organisation_id = $1 AND office.ended_at IS NULL AND organisation.path <@ ANY (
         SELECT own.path FROM organisation own WHERE own.id = ANY($2::uuid[]))
       ORDER BY office.id LIMIT ${most}`,
      [organisationId, viewer.organisationsOf(...appointers)],
    );
  }

  /** The roles of a viewer that reach an organisation; none where there is no such organisation. */
  async rolesReaching(tx: Queryable, { roles }: Viewer, organisationId: string): Promise<RoleName[]> {
    if (!isUuid(organisationId)) return [];
    const found = await rows<{ role: RoleName }>(
      tx,
      `SELECT DISTINCT held.role FROM jsonb_to_recordset($2::jsonb) AS held (role text, "organisationId" uuid)
       JOIN organisation own ON own.id = held."organisationId"
       JOIN organisation ON organisation.path <@ own.path WHERE organisation.id = $1`,
      [organisationId, JSON.stringify(roles)],
    );
    return found.map(({ role }) => role);
  }

  /** Whether this is a member now, in reach of the viewer's own offices. */
  async isMemberInReach(tx: Queryable, memberId: string, viewer: Viewer): Promise<boolean> {
    if (!isUuid(memberId)) return false;
    const found = await row(
      tx,
      `SELECT FROM member JOIN organisation ON organisation.id = member.organisation_id
       WHERE member.id = $1 AND member.status = 'ACTIVE' AND organisation.path <@ ANY (
         SELECT own.path FROM organisation own WHERE own.id = ANY($2::uuid[]))`,
      [memberId, viewer.organisationsOf(...appointers)],
    );
    return found !== null;
  }

  /** Whoever holds the office already keeps it: the same twice is once. */
  async give(
    tx: Queryable,
    office: { accountId: string; role: RoleName; organisationId: string },
    givenBy: string,
  ): Promise<void> {
    await execute(
      tx,
      `INSERT INTO office (account_id, role, organisation_id, appointed_by) VALUES ($1, $2, $3, $4)
       ON CONFLICT (account_id, role, organisation_id) WHERE ended_at IS NULL DO NOTHING`,
      [office.accountId, office.role, office.organisationId, givenBy],
    );
  }

  async findHeld(
    tx: Queryable,
    office: { accountId: string; role: RoleName; organisationId: string },
  ): Promise<OfficeRow | null> {
    return row(
      tx,
      `SELECT ${columns} FROM office JOIN account ON account.id = office.account_id
       WHERE account_id = $1 AND role = $2 AND organisation_id = $3 AND ended_at IS NULL`,
      [office.accountId, office.role, office.organisationId],
    );
  }

  /** Null where there is none, or it has ended. */
  async lock(tx: Queryable, officeId: string): Promise<OfficeRow | null> {
    if (!isUuid(officeId)) return null;
    return row(
      tx,
      `SELECT ${columns} FROM office JOIN account ON account.id = office.account_id
       WHERE office.id = $1 AND office.ended_at IS NULL FOR UPDATE OF office`,
      [officeId],
    );
  }

  async end(tx: Queryable, officeId: string, endedBy: string): Promise<void> {
    await execute(tx, `UPDATE office SET ended_at = zhijia_now(), ended_by = $2 WHERE id = $1`, [officeId, endedBy]);
  }
}
