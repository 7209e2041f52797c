import { Injectable } from '@nestjs/common';
import { execute, rows } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import type { SealedPerson } from '../members/personal-fields.js';
import type { MemberChange, MemberFacts, NamedOrganisation } from '../rules/plan-member-import.js';

export interface StoredMember {
  readonly id: string;
  readonly version: number;
  readonly idNumberIndex: Buffer;
  readonly fullNameSealed: Buffer;
  readonly phoneSealed: Buffer;
  readonly facts: MemberFacts;
  readonly isInReach: boolean;
}

/** A member as an import wants it stored, new or corrected. */
export interface WrittenMember extends SealedPerson {
  readonly id: string;
  readonly version: number;
  readonly idNumberIndex: Buffer;
  readonly phoneIndex: Buffer;
  readonly facts: MemberFacts;
  readonly change: MemberChange;
  readonly changedFields: readonly string[];
}

/** The statements of a member import: each answers or writes a whole portion. */
@Injectable()
export class MemberImportStore {
  async organisationsByCode(
    tx: EntityManager,
    codes: readonly string[],
    reach: readonly string[] | null,
  ): Promise<Map<string, NamedOrganisation>> {
    const found = await rows<NamedOrganisation & { code: string }>(
      tx,
      `SELECT code, id, status = 'DISSOLVED' AS "isDissolved", ${isInReach('$2')} AS "isInReach"
       FROM organisation WHERE code = ANY($1)`,
      [codes, reach],
    );
    return new Map(found.map((organisation) => [organisation.code, organisation]));
  }

  /** The members with one of these ID numbers; nobody else changes them until the transaction ends. */
  async lockByIdNumber(
    tx: EntityManager,
    indexes: readonly Buffer[],
    reach: readonly string[] | null,
  ): Promise<StoredMember[]> {
    const found = await rows<Omit<StoredMember, 'facts'> & MemberFacts>(
      tx,
      `SELECT member.id, member.version, id_number_index AS "idNumberIndex", full_name_sealed AS "fullNameSealed",
         phone_sealed AS "phoneSealed", organisation_id AS "organisationId", member_number AS "memberNumber", strata,
         joined_on AS "joinedOn", verification, verified_by AS "verifiedBy", verified_on AS "verifiedOn",
         member.status, ${isInReach('$2')} AS "isInReach"
       FROM member JOIN organisation ON organisation.id = member.organisation_id
       WHERE id_number_index = ANY($1) ORDER BY member.id FOR NO KEY UPDATE OF member`,
      [indexes, reach],
    );
    return found.map(({ id, version, idNumberIndex, fullNameSealed, phoneSealed, isInReach: isReached, ...facts }) => ({
      id,
      version,
      idNumberIndex,
      fullNameSealed,
      phoneSealed,
      isInReach: isReached,
      facts,
    }));
  }

  async numberHolders(
    tx: EntityManager,
    memberNumbers: readonly string[],
    reach: readonly string[] | null,
  ): Promise<Map<string, { memberId: string; isInReach: boolean }>> {
    if (memberNumbers.length === 0) return new Map();
    const found = await rows<{ memberNumber: string; memberId: string; isInReach: boolean }>(
      tx,
      `SELECT member_number AS "memberNumber", member.id AS "memberId", ${isInReach('$2')} AS "isInReach"
       FROM member JOIN organisation ON organisation.id = member.organisation_id WHERE member_number = ANY($1)`,
      [memberNumbers, reach],
    );
    return new Map(found.map(({ memberNumber, ...holder }) => [memberNumber, holder]));
  }

  async insertAll(tx: EntityManager, members: readonly WrittenMember[], runId: string): Promise<void> {
    if (members.length === 0) return;
    await execute(
      tx,
      `WITH ${written}, member_row AS (
         INSERT INTO member (id, organisation_id, member_number, full_name_sealed, id_number_sealed, id_number_index,
           phone_sealed, phone_index, id_number_well_formed, verification, verified_by, verified_on, strata, joined_on,
           status, version, registered_at, changed_at)
         SELECT id, organisation_id, member_number, full_name_sealed, id_number_sealed, id_number_index, phone_sealed,
           phone_index, true, verification, verified_by, verified_on, strata, joined_on, status, version, now, now
         FROM written
       ) ${history}`,
      parametersOf(members, runId),
    );
  }

  async updateAll(tx: EntityManager, members: readonly WrittenMember[], runId: string): Promise<void> {
    if (members.length === 0) return;
    await execute(
      tx,
      `WITH ${written}, member_row AS (
         UPDATE member SET organisation_id = written.organisation_id, member_number = written.member_number,
           full_name_sealed = written.full_name_sealed, id_number_sealed = written.id_number_sealed,
           id_number_index = written.id_number_index, phone_sealed = written.phone_sealed,
           phone_index = written.phone_index, id_number_well_formed = true, verification = written.verification,
           verified_by = written.verified_by, verified_on = written.verified_on, strata = written.strata,
           joined_on = written.joined_on, status = written.status, version = written.version,
           changed_at = written.now
         FROM written WHERE member.id = written.id
       ) ${history}`,
      parametersOf(members, runId),
    );
  }
}

function isInReach(parameter: string): string {
  return `(${parameter}::uuid[] IS NULL OR
    organisation.path <@ ANY (SELECT reached.path FROM organisation reached WHERE reached.id = ANY(${parameter})))`;
}

const written = `moment AS MATERIALIZED (SELECT zhijia_now() AS now), written AS MATERIALIZED (
  SELECT id, organisation_id, member_number, full_name_sealed, id_number_sealed, id_number_index, phone_sealed,
    phone_index, verification, verified_by, verified_on, string_to_array(strata, ',') AS strata, joined_on, status,
    version, change, string_to_array(changed_fields, ',') AS changed_fields, moment.now
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[],
    $9::text[], $10::text[], $11::date[], $12::text[], $13::date[], $14::text[], $15::int[], $16::text[], $17::text[])
    AS line (id, organisation_id, member_number, full_name_sealed, id_number_sealed, id_number_index, phone_sealed,
      phone_index, verification, verified_by, verified_on, strata, joined_on, status, version, change,
      changed_fields), moment)`;

const history = `INSERT INTO member_history (member_id, version, change, changed_fields, organisation_id, status,
    verification, strata, joined_on, import_run_id, changed_at)
  SELECT id, version, change, changed_fields, organisation_id, status, verification, strata, joined_on, $18, now
  FROM written`;

function parametersOf(members: readonly WrittenMember[], runId: string): unknown[] {
  return [
    members.map((member) => member.id),
    members.map((member) => member.facts.organisationId),
    members.map((member) => member.facts.memberNumber),
    members.map((member) => member.fullNameSealed),
    members.map((member) => member.idNumberSealed),
    members.map((member) => member.idNumberIndex),
    members.map((member) => member.phoneSealed),
    members.map((member) => member.phoneIndex),
    members.map((member) => member.facts.verification),
    members.map((member) => member.facts.verifiedBy),
    members.map((member) => member.facts.verifiedOn),
    members.map((member) => member.facts.strata.join(',')),
    members.map((member) => member.facts.joinedOn),
    members.map((member) => member.facts.status),
    members.map((member) => member.version),
    members.map((member) => member.change),
    members.map((member) => member.changedFields.join(',')),
    runId,
  ];
}
