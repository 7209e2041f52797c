import { randomBytes, randomUUID } from 'node:crypto';
import type { RoleName, Viewer } from '@zhijia/access';
import { ballotCast, campaignOpened, memberRegistered, organisationChanged } from '@zhijia/contracts';
import { row, rows } from '@zhijia/database';
import { LedgerStore } from '@zhijia/ledger';
import { createLog } from '@zhijia/logging';
import { createMessaging, type Reaction } from '@zhijia/messaging';
import { aMemberState, anOrganisationState, aViewer, testKafka, until } from '@zhijia/testing';
import { bootSubgraph, type BootedSubgraph } from '@zhijia/testing/subgraph';
import { benefitsSubgraph } from '../src/benefits.subgraph.js';
import type { OfferRequest } from '../src/rules/plan-offer.js';
import { memberAccountOf, poolAccountOf } from '../src/rules/points-accounts.js';

export interface Ballot {
  readonly participationId: string;
  readonly campaignId: string;
  readonly memberId: string;
  readonly rewardPoints: number;
}

/** Benefits on a database of its own, with the things its tests begin from. */
export class BenefitsBench {
  readonly ledger = new LedgerStore();
  private pathLabel = 0;

  private constructor(readonly service: BootedSubgraph) {}

  static async open(config: Readonly<Record<string, unknown>> = {}): Promise<BenefitsBench> {
    return new BenefitsBench(await bootSubgraph(benefitsSubgraph, { config }));
  }

  get db() {
    return this.service.db;
  }

  close(): Promise<void> {
    return this.service.close();
  }

  /** An organisation below another, or a root of its own. */
  async anOrganisation(parent: { path: string; organisationId: string } | null = null) {
    this.pathLabel += 1;
    const path = parent === null ? String(this.pathLabel) : `${parent.path}.${this.pathLabel}`;
    const state = anOrganisationState(path, { parentId: parent?.organisationId ?? null });
    await this.service.deliver(organisationChanged, [state]);
    return state;
  }

  /** Members who stand in the register; answers their ids. */
  async members(count: number, organisationId: string = randomUUID()): Promise<string[]> {
    const states = Array.from({ length: count }, () => aMemberState(organisationId));
    await this.service.deliver(memberRegistered, states);
    return states.map(({ memberId }) => memberId);
  }

  async aMember(organisationId?: string): Promise<string> {
    const [memberId = ''] = await this.members(1, organisationId);
    return memberId;
  }

  /** A campaign that promises points; answers its id. */
  async aCampaign(reward: { pointsPerMember: number; poolPoints: number } | null, campaignId: string = randomUUID()) {
    await this.service.deliver(campaignOpened, [opened(campaignId, reward)]);
    return campaignId;
  }

  /** A member who has earned points, from a campaign of its own. */
  async aMemberWithPoints(points: number, organisationId?: string): Promise<string> {
    const memberId = await this.aMember(organisationId);
    const campaignId = await this.aCampaign({ pointsPerMember: points, poolPoints: points });
    await this.cast([aBallot(campaignId, memberId, points)]);
    return memberId;
  }

  async cast(ballots: readonly Ballot[], eventId?: string): Promise<void> {
    await this.service.deliver(ballotCast, ballots, eventId === undefined ? {} : { eventId });
  }

  async balanceOf(memberId: string): Promise<number | null> {
    const [account = null] = await this.ledger.findAccounts(this.db, [memberAccountOf(memberId)]);
    return account?.balanceUnits ?? null;
  }

  async poolBalanceOf(campaignId: string): Promise<number | null> {
    const [account = null] = await this.ledger.findAccounts(this.db, [poolAccountOf(campaignId)]);
    return account?.balanceUnits ?? null;
  }

  rewardsOf(campaignId: string): Promise<{ memberId: string; status: string; points: number }[]> {
    return rows(
      this.db,
      `SELECT member_id AS "memberId", status, points FROM reward WHERE campaign_id = $1 ORDER BY member_id`,
      [campaignId],
    );
  }

  /** Has the parked events asked again, as the worker does, until none is due. */
  async askParked(): Promise<void> {
    const { brokers, prefix } = testKafka();
    const messaging = createMessaging({
      db: this.db,
      source: 'benefits',
      kafka: { brokers, prefix },
      reactions: benefitsSubgraph.reactions.map((one): Reaction => this.service.app.get(one, { strict: false })),
      published: [],
      deadLetterKey: randomBytes(32),
      log: createLog({ service: 'test', level: 'silent' }),
    });
    messaging.start();
    try {
      await until(
        async () => {
          const due = await row<{ count: number }>(
            this.db,
            `SELECT count(*) AS count FROM parked_event WHERE ask_at <= clock_timestamp()`,
          );
          return due?.count === 0;
        },
        { what: 'parked events to be asked' },
      );
    } finally {
      await messaging.stop();
    }
  }
}

/** An offer of `organisationId` as an officer asks for it. */
export function anOfferRequest(organisationId: string, changes: Partial<OfferRequest> = {}): OfferRequest {
  return {
    organisationId,
    merchantNameZh: '某书店',
    merchantNameEn: null,
    titleZh: '图书券',
    titleEn: null,
    pricePoints: 100,
    stock: 10,
    perMemberLimit: 1,
    startsAt: null,
    endsAt: new Date(Date.now() + 86_400_000).toISOString(),
    ...changes,
  };
}

export function anOfficer(organisationId: string, role: RoleName = 'secretary'): Viewer {
  return aViewer({ audience: 'dashboard', roles: [{ role, organisationId }] });
}

export function aBallot(campaignId: string, memberId: string, rewardPoints: number): Ballot {
  return { participationId: randomUUID(), campaignId, memberId, rewardPoints };
}

export function opened(campaignId: string, reward: { pointsPerMember: number; poolPoints: number } | null) {
  return {
    campaignId,
    organiserId: randomUUID(),
    opensAt: '2026-11-23T01:00:00.000Z',
    closesAt: '2026-12-23T01:00:00.000Z',
    reward,
  };
}
