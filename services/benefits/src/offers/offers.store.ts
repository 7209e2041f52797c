import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { execute, row, rows, type Queryable } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import { offerOfficers, offerReaders } from '../access/benefits.permissions.js';
import type { OfferRequest } from '../rules/plan-offer.js';

/** An offer, as the graph shows it. */
export interface OfferRow {
  readonly id: string;
  readonly organisationId: string;
  readonly merchantNameZh: string;
  readonly merchantNameEn: string | null;
  readonly titleZh: string;
  readonly titleEn: string | null;
  readonly pricePoints: number;
  readonly stock: number;
  readonly remainingStock: number;
  readonly perMemberLimit: number;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly status: 'OPEN' | 'WITHDRAWN';
}

/** An offer under lock, with what the database's time says of it. */
export interface LockedOffer {
  /** The id of the redemption if it is made. */
  readonly redemptionId: string;
  readonly pricePoints: number;
  readonly remainingStock: number;
  readonly perMemberLimit: number;
  readonly hasStarted: boolean;
  readonly hasEnded: boolean;
  readonly isWithdrawn: boolean;
}

const offerColumns = `offer.id, offer.organisation_id AS "organisationId", offer.merchant_name_zh AS "merchantNameZh",
  offer.merchant_name_en AS "merchantNameEn", offer.title_zh AS "titleZh", offer.title_en AS "titleEn",
  offer.price_points AS "pricePoints", offer.stock, offer.stock - offer.redeemed_count AS "remainingStock",
  offer.per_member_limit AS "perMemberLimit", offer.starts_at AS "startsAt", offer.ends_at AS "endsAt", offer.status`;

/** Where the member of parameter $1 belongs; no row for somebody who is no active member. */
const memberHome = `(SELECT home.path FROM known_member member JOIN known_organisation home ON home.id = member.organisation_id
  WHERE member.id = $1::uuid AND member.status = 'ACTIVE')`;

/** The offers: who makes them, who sees them, and how many are left. */
@Injectable()
export class OffersStore {
  /** Whether the organisation is one of the viewer's, or below one. */
  async canOfferFor(db: Queryable, organisationId: string, viewer: Viewer): Promise<boolean> {
    const found = await row(
      db,
      `SELECT id FROM known_organisation
        WHERE id = $1 AND path <@ ANY (SELECT path FROM known_organisation WHERE id = ANY($2::uuid[]))`,
      [organisationId, viewer.organisationsOf(...offerOfficers)],
    );
    return found !== null;
  }

  async insert(
    tx: EntityManager,
    offer: OfferRequest & { readonly startsAt: string },
    createdBy: string,
  ): Promise<string> {
    const inserted = await row<{ id: string }>(
      tx,
      `INSERT INTO offer (organisation_id, merchant_name_zh, merchant_name_en, title_zh, title_en, price_points, stock,
                          per_member_limit, starts_at, ends_at, created_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
      [
        offer.organisationId,
        offer.merchantNameZh,
        offer.merchantNameEn,
        offer.titleZh,
        offer.titleEn,
        offer.pricePoints,
        offer.stock,
        offer.perMemberLimit,
        offer.startsAt,
        offer.endsAt,
        createdBy,
      ],
    );
    if (inserted === null) throw new Error('An inserted offer was not answered');
    return inserted.id;
  }

  /** @returns whether the offer is within the viewer's reach, withdrawn before or now */
  async withdraw(tx: EntityManager, offerId: string, viewer: Viewer): Promise<boolean> {
    const withdrawn = await rows(
      tx,
      `UPDATE offer SET status = 'WITHDRAWN' FROM known_organisation maker
        WHERE offer.id = $1 AND maker.id = offer.organisation_id
          AND maker.path <@ ANY (SELECT path FROM known_organisation WHERE id = ANY($2::uuid[]))
       RETURNING offer.id`,
      [offerId, viewer.organisationsOf(...offerOfficers)],
    );
    return withdrawn.length > 0;
  }

  /** Locks an offer that is meant for the member: one redemption of it after the other. Null where it is not. */
  lockForMember(tx: EntityManager, offerId: string, memberId: string): Promise<LockedOffer | null> {
    return row(
      tx,
      `SELECT uuidv7() AS "redemptionId", offer.price_points AS "pricePoints",
              offer.stock - offer.redeemed_count AS "remainingStock", offer.per_member_limit AS "perMemberLimit",
              offer.starts_at <= zhijia_now() AS "hasStarted", offer.ends_at <= zhijia_now() AS "hasEnded",
              offer.status = 'WITHDRAWN' AS "isWithdrawn"
         FROM offer JOIN known_organisation maker ON maker.id = offer.organisation_id
        WHERE offer.id = $2 AND ${memberHome} <@ maker.path
          FOR NO KEY UPDATE OF offer`,
      [memberId, offerId],
    );
  }

  async takeOne(tx: EntityManager, offerId: string): Promise<void> {
    await execute(tx, `UPDATE offer SET redeemed_count = redeemed_count + 1 WHERE id = $1`, [offerId]);
  }

  /** The newest first: what the viewer may redeem now, and on the dashboard what they answer for. */
  list(db: Queryable, viewer: Viewer, page: { first: number; beforeId: string | null }): Promise<OfferRow[]> {
    return rows(
      db,
      `SELECT ${offerColumns} FROM offer JOIN known_organisation maker ON maker.id = offer.organisation_id
        WHERE ((offer.status = 'OPEN' AND offer.starts_at <= zhijia_now() AND offer.ends_at > zhijia_now()
                AND ${memberHome} <@ maker.path)
               OR maker.path <@ ANY (SELECT path FROM known_organisation WHERE id = ANY($2::uuid[])))
          AND ($3::uuid IS NULL OR offer.id < $3)
        ORDER BY offer.id DESC LIMIT $4`,
      [viewer.memberId, reachOf(viewer), page.beforeId, page.first],
    );
  }

  /** In the order of the ids; null for what is not meant for the viewer. What a member redeemed stays visible. */
  async visibleByIds(db: Queryable, offerIds: readonly string[], viewer: Viewer): Promise<(OfferRow | null)[]> {
    const found = await rows<OfferRow>(
      db,
      `SELECT ${offerColumns} FROM offer JOIN known_organisation maker ON maker.id = offer.organisation_id
        WHERE offer.id = ANY($3::uuid[])
          AND (${memberHome} <@ maker.path
               OR maker.path <@ ANY (SELECT path FROM known_organisation WHERE id = ANY($2::uuid[]))
               OR EXISTS (SELECT FROM redemption WHERE redemption.offer_id = offer.id AND redemption.member_id = $1::uuid))`,
      [viewer.memberId, reachOf(viewer), offerIds],
    );
    const byId = new Map(found.map((offer) => [offer.id, offer]));
    return offerIds.map((id) => byId.get(id) ?? null);
  }
}

/** An officer who holds a phone is a member like the others. */
function reachOf(viewer: Viewer): string[] {
  return viewer.audience === 'dashboard' ? viewer.organisationsOf(...offerReaders) : [];
}
