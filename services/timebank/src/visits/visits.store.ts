import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { row, rows, type Queryable } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import { visitPosters, visitReaders, visitReversers } from '../access/timebank.permissions.js';
import type { VisitKind } from '../graphql.types.js';
import type { Stretch } from '../rules/plan-visit.js';

/** A visit, as the graph shows it. */
export interface VisitRow {
  readonly id: string;
  readonly accountId: string;
  readonly transferId: string;
  readonly reversalTransferId: string | null;
  readonly depositorMemberId: string;
  readonly servedMemberId: string | null;
  readonly kind: VisitKind;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly minutes: number;
  readonly note: string | null;
  readonly status: 'POSTED' | 'REVERSED';
  readonly postedAt: string;
  readonly reversedAt: string | null;
  readonly reversalReason: string | null;
}

/** What a posting begins from, read before anything is locked. */
export interface VisitSurroundings {
  /** The id of the visit if it is posted. */
  readonly visitId: string;
  readonly nowMinute: number;
  readonly accountId: string;
  readonly organisationId: string;
  readonly isDepositorActive: boolean;
  readonly isServedKnown: boolean;
}

export interface NewVisit extends Stretch {
  readonly id: string;
  readonly accountId: string;
  readonly servedMemberId: string | null;
  readonly kind: VisitKind;
  readonly minutes: number;
  readonly note: string | null;
  readonly allowsOverlap: boolean;
  readonly policyVersions: Readonly<Record<string, number>>;
  readonly transferId: string;
  readonly postedBy: string;
}

const visitColumns = `visit.id, visit.account_id AS "accountId", visit.transfer_id AS "transferId",
  visit.reversal_transfer_id AS "reversalTransferId", account.member_id AS "depositorMemberId",
  visit.served_member_id AS "servedMemberId", visit.kind, visit.started_at AS "startedAt",
  visit.ended_at AS "endedAt", visit.minutes, visit.note, visit.status, visit.posted_at AS "postedAt",
  visit.reversed_at AS "reversedAt", visit.reversal_reason AS "reversalReason"`;

const visitTables = `visit
  JOIN time_account account ON account.id = visit.account_id
  LEFT JOIN known_member member ON member.id = account.member_id
  LEFT JOIN known_organisation home ON home.id = member.organisation_id`;

/** The visits and who may post, take back or see them. */
@Injectable()
export class VisitsStore {
  /** Null when the depositor is unknown, without an account, or out of the viewer's reach. */
  findSurroundings(
    tx: EntityManager,
    depositorMemberId: string,
    servedMemberId: string | null,
    viewer: Viewer,
  ): Promise<VisitSurroundings | null> {
    return row(
      tx,
      `WITH reach AS MATERIALIZED (SELECT path FROM known_organisation WHERE id = ANY($3::uuid[]))
       SELECT uuidv7() AS "visitId", floor(extract(epoch FROM zhijia_now()) / 60)::bigint AS "nowMinute",
              account.id AS "accountId", member.organisation_id AS "organisationId",
              member.status = 'ACTIVE' AS "isDepositorActive",
              $2::uuid IS NULL OR EXISTS (
                SELECT FROM known_member served JOIN known_organisation theirs ON theirs.id = served.organisation_id
                 WHERE served.id = $2 AND theirs.path <@ ANY (SELECT path FROM reach)) AS "isServedKnown"
         FROM known_member member
         JOIN known_organisation home ON home.id = member.organisation_id
         JOIN time_account account ON account.member_id = member.id
        WHERE member.id = $1 AND home.path <@ ANY (SELECT path FROM reach)`,
      [depositorMemberId, servedMemberId, viewer.organisationsOf(...visitPosters)],
    );
  }

  /** The depositor's posted visits that touch a stretch. Exact while their account is locked. */
  listPosted(tx: EntityManager, accountId: string, within: Stretch): Promise<Stretch[]> {
    return rows(
      tx,
      `SELECT floor(extract(epoch FROM started_at) / 60)::bigint AS "startMinute",
              floor(extract(epoch FROM ended_at) / 60)::bigint AS "endMinute"
         FROM visit
        WHERE account_id = $1 AND status = 'POSTED'
          AND started_at < to_timestamp($3::bigint * 60) AND ended_at > to_timestamp($2::bigint * 60)
        ORDER BY started_at`,
      [accountId, within.startMinute, within.endMinute],
    );
  }

  /** @returns when it was posted, by the database's time */
  async insert(tx: EntityManager, visit: NewVisit): Promise<string> {
    const inserted = await row<{ postedAt: string }>(
      tx,
      `INSERT INTO visit (id, account_id, served_member_id, kind, started_at, ended_at, minutes, note, allows_overlap,
                          policy_versions, transfer_id, posted_by)
       VALUES ($1, $2, $3, $4, to_timestamp($5::bigint * 60), to_timestamp($6::bigint * 60), $7, $8, $9, $10, $11, $12)
       RETURNING posted_at AS "postedAt"`,
      [
        visit.id,
        visit.accountId,
        visit.servedMemberId,
        visit.kind,
        visit.startMinute,
        visit.endMinute,
        visit.minutes,
        visit.note,
        visit.allowsOverlap,
        JSON.stringify(visit.policyVersions),
        visit.transferId,
        visit.postedBy,
      ],
    );
    if (inserted === null) throw new Error('An inserted visit was not answered');
    return inserted.postedAt;
  }

  /** Locks a visit that the viewer may take back; null where unknown or out of reach. */
  lockForReversal(tx: EntityManager, visitId: string, viewer: Viewer): Promise<VisitRow | null> {
    return row(
      tx,
      `SELECT ${visitColumns} FROM ${visitTables}
        WHERE visit.id = $1 AND home.path <@ ANY (SELECT path FROM known_organisation WHERE id = ANY($2::uuid[]))
          FOR NO KEY UPDATE OF visit`,
      [visitId, viewer.organisationsOf(...visitReversers)],
    );
  }

  /** @returns when it was taken back, by the database's time */
  async markReversed(
    tx: EntityManager,
    visitId: string,
    reversal: { readonly transferId: string; readonly reason: string; readonly reversedBy: string },
  ): Promise<string> {
    const [reversed] = await rows<{ reversedAt: string }>(
      tx,
      `UPDATE visit SET status = 'REVERSED', reversal_transfer_id = $2, reversal_reason = $3, reversed_by = $4,
                        reversed_at = zhijia_now()
        WHERE id = $1 RETURNING reversed_at AS "reversedAt"`,
      [visitId, reversal.transferId, reversal.reason, reversal.reversedBy],
    );
    if (reversed === undefined) throw new Error('A locked visit was not there');
    return reversed.reversedAt;
  }

  /** In the order of the ids; null where unknown or out of the viewer's reach. */
  async visibleByIds(db: Queryable, visitIds: readonly string[], viewer: Viewer): Promise<(VisitRow | null)[]> {
    const found = await this.visible(db, 'visit.id = ANY($1::uuid[])', visitIds, viewer);
    const byId = new Map(found.map((visit) => [visit.id, visit]));
    return visitIds.map((id) => byId.get(id) ?? null);
  }

  /** The visits that these transfers posted or took back, in the order of the transfers. */
  async visibleByTransfers(
    db: Queryable,
    transferIds: readonly string[],
    viewer: Viewer,
  ): Promise<(VisitRow | null)[]> {
    const found = await this.visible(
      db,
      '(visit.transfer_id = ANY($1::uuid[]) OR visit.reversal_transfer_id = ANY($1::uuid[]))',
      transferIds,
      viewer,
    );
    const byTransfer = new Map(found.flatMap((visit) => transfersOf(visit).map((transferId) => [transferId, visit])));
    return transferIds.map((id) => byTransfer.get(id) ?? null);
  }

  private visible(db: Queryable, named: string, ids: readonly string[], viewer: Viewer): Promise<VisitRow[]> {
    return rows(
      db,
      `SELECT ${visitColumns} FROM ${visitTables}
        WHERE ${named}
          AND (account.member_id = $2 OR visit.served_member_id = $2
               OR home.path <@ ANY (SELECT path FROM known_organisation WHERE id = ANY($3::uuid[])))`,
      [ids, viewer.memberId, viewer.organisationsOf(...visitReaders)],
    );
  }
}

function transfersOf(visit: VisitRow): string[] {
  return visit.reversalTransferId === null ? [visit.transferId] : [visit.transferId, visit.reversalTransferId];
}
