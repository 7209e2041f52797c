import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { lookUp, rows } from '@zhijia/database';
import { DataSource } from 'typeorm';
import { memberReaders } from '../access/members.permissions.js';
import { isUuid, organisationObject, type OrganisationRow } from '../organisations/organisations.store.js';
import type { VerificationLevel } from '../rules/plan-member-import.js';
import type { Stratum } from '../rules/read-cell.js';
import type { MemberStatus } from '../rules/read-member-line.js';

/** A member as the graph shows it, with what is sealed still sealed. */
export interface MemberRow {
  readonly id: string;
  readonly organisationId: string;
  readonly memberNumber: string | null;
  readonly fullNameSealed: Buffer;
  readonly idNumberSealed: Buffer;
  readonly phoneSealed: Buffer;
  readonly strata: readonly Stratum[];
  readonly joinedOn: string;
  readonly verification: VerificationLevel;
  readonly idNumberWellFormed: boolean;
  readonly identityVerified: boolean;
  readonly status: MemberStatus;
  /** Where the read brought it along. */
  readonly organisation?: OrganisationRow;
}

const columns = `member.id, organisation_id AS "organisationId", member_number AS "memberNumber",
  full_name_sealed AS "fullNameSealed", id_number_sealed AS "idNumberSealed", phone_sealed AS "phoneSealed", strata,
  joined_on AS "joinedOn", verification, id_number_well_formed AS "idNumberWellFormed",
  verification = 'IDENTITY_VERIFIED' AS "identityVerified", member.status`;

/** Reads of members, each in the viewer's reach of this moment. */
@Injectable()
export class MembersStore {
  constructor(private readonly db: DataSource) {}

  /** The viewer themselves, with their organisation: what every phone asks for first. */
  async findSelf(viewer: Viewer): Promise<MemberRow | null> {
    const memberId = ownId(viewer);
    if (memberId === null) return null;
    const [found] = await lookUp<MemberRow>(
      this.db,
      `SELECT ${columns}, ${organisationObject} AS organisation
         FROM member JOIN organisation ON organisation.id = organisation_id WHERE member.id = $1`,
      [memberId],
    );
    return found ?? null;
  }

  /** The viewer themselves and members in their subtree, in the order asked for; null for everybody else. */
  async byIds(ids: readonly string[], viewer: Viewer): Promise<(MemberRow | null)[]> {
    const found = await lookUp<MemberRow>(
      this.db,
      `SELECT ${columns} FROM member JOIN organisation ON organisation.id = member.organisation_id
       WHERE member.id = ANY($1::uuid[]) AND (member.id = $2::uuid OR
         organisation.path <@ ANY (SELECT office.path FROM organisation office WHERE office.id = ANY($3::uuid[])))`,
      [ids.filter(isUuid), ownId(viewer), officesOf(viewer)],
    );
    const byId = new Map(found.map((member) => [member.id, member]));
    return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
  }

  /** One more than asked for where there is a next page. */
  async listOfOrganisation(
    organisationId: string,
    afterId: string | null,
    size: number,
    viewer: Viewer,
  ): Promise<MemberRow[]> {
    if (!isUuid(organisationId)) return [];
    return rows(
      this.db,
      `SELECT ${columns} FROM member
       WHERE organisation_id = (
           SELECT id FROM organisation WHERE id = $1 AND path <@ ANY (
             SELECT office.path FROM organisation office WHERE office.id = ANY($2::uuid[])))
         AND ($3::uuid IS NULL OR member.id > $3)
       ORDER BY member.id LIMIT $4`,
      [organisationId, officesOf(viewer), afterId, size + 1],
    );
  }
}

function ownId(viewer: Viewer): string | null {
  return viewer.memberId !== null && isUuid(viewer.memberId) ? viewer.memberId : null;
}

function officesOf(viewer: Viewer): string[] {
  return viewer.organisationsOf(...memberReaders).filter(isUuid);
}
