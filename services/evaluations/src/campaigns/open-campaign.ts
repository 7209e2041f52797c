import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { canonicalJson, sha256Hex } from '@zhijia/ballot';
import { IdempotencyStore, inTransaction } from '@zhijia/database';
import {
  ballotCodes,
  campaignMinTurnout,
  campaignPassLine,
  evaluationScale,
  pointsWorth,
  PolicyStore,
  privacyMinCell,
  rewardPoints,
} from '@zhijia/policy';
import { SUBGRAPH_CONFIG } from '@zhijia/subgraph';
import { DataSource, type EntityManager } from 'typeorm';
import { ElectoratesStore } from '../electorates/electorates.store.js';
import type { EvaluationsConfig } from '../evaluations.config.js';
import { gradeLabels } from '../rules/grade-labels.js';
import { planOpening, type OpeningFacts, type OpeningPlan, type OpeningRequest } from '../rules/plan-opening.js';
import { OpeningsStore, type QuestionSetRecord } from './openings.store.js';

const fenPerYuan = 100;

export type OpenCampaignOutcome =
  | { readonly kind: 'opened'; readonly campaignId: string; readonly isReplayed: boolean }
  | Exclude<OpeningPlan, { kind: 'open' }>
  | { readonly kind: 'keyReused' };

type Opening = { readonly kind: 'opened'; readonly campaignId: string } | Exclude<OpeningPlan, { kind: 'open' }>;

/** Fixes the terms of a campaign, once per key. Its electorate is frozen and its key made afterwards, by `PrepareCampaigns`. */
@Injectable()
export class OpenCampaign {
  constructor(
    private readonly db: DataSource,
    private readonly openings: OpeningsStore,
    private readonly electorates: ElectoratesStore,
    private readonly policies: PolicyStore,
    private readonly idempotency: IdempotencyStore,
    @Inject(SUBGRAPH_CONFIG) private readonly config: EvaluationsConfig,
  ) {}

  async run(request: OpeningRequest, viewer: Viewer, key: string): Promise<OpenCampaignOutcome> {
    const once = await inTransaction(this.db, (tx) =>
      this.idempotency.once<Opening>(
        tx,
        { scope: viewer.scopeOf('openCampaign'), key, input: request },
        () => this.open(tx, request, viewer),
        (opening) => opening.kind === 'opened',
      ),
    );
    if (once.kind === 'keyReused') return once;
    if (once.outcome.kind !== 'opened') return once.outcome;
    return { ...once.outcome, isReplayed: once.kind === 'replayed' };
  }

  private async open(tx: EntityManager, request: OpeningRequest, viewer: Viewer): Promise<Opening> {
    const surroundings = await this.openings.findSurroundings(tx, request, viewer);
    const rules = await this.readPolicies(tx);
    const questionSet = await questionSetOf(request, rules.values.gradeCount);
    const known = await this.openings.findQuestionSetHash(tx, questionSet.id, questionSet.version);
    const electorateSize = surroundings.isElectorateInReach
      ? await this.electorates.countEligible(tx, request.electorate)
      : 0;
    const plan = planOpening(request, {
      ...surroundings,
      windowSeconds: secondsBetween(request.opensAt ?? surroundings.now, request.closesAt),
      secondsToClosing: secondsBetween(surroundings.now, request.closesAt),
      unknownTargetIds: await this.openings.listUnknownTargets(tx, request.targetOrganisationIds),
      electorateSize,
      isQuestionSetOther: known !== null && known !== questionSet.hash,
      policies: rules.values,
    });
    if (plan.kind !== 'open') return plan;
    // Two openings at once with two wordings: the second sees the first one's words here.
    if (!(await this.openings.keepQuestionSet(tx, questionSet))) return { kind: 'questionSetChanged' };

    const campaignId = await this.openings.insertCampaign(tx, request, plan.terms, electorateSize, rules.versions);
    return { kind: 'opened', campaignId };
  }

  private async readPolicies(
    tx: EntityManager,
  ): Promise<{ values: OpeningFacts['policies']; versions: Record<string, number> }> {
    const region = this.config.policyRegion;
    const scale = await this.policies.inForce(tx, region, evaluationScale);
    const turnout = await this.policies.inForce(tx, region, campaignMinTurnout);
    const passLine = await this.policies.inForce(tx, region, campaignPassLine);
    const minCell = await this.policies.inForce(tx, region, privacyMinCell);
    const codes = await this.policies.inForce(tx, region, ballotCodes);
    const reward = await this.policies.inForce(tx, region, rewardPoints);
    const worth = await this.policies.inForce(tx, region, pointsWorth);
    return {
      values: {
        gradeCount: scale.value.gradeCount,
        badFromGrade: scale.value.badFromGrade,
        minTurnoutBasisPoints: turnout.value.shareBasisPoints,
        passLineBasisPoints: passLine.value.passShareBasisPoints,
        minimumCell: minCell.value.countedBallots,
        hasCodes: codes.value.areOn,
        pointsPerMember: reward.value.pointsPerParticipation,
        maxPoolPoints: Math.floor((reward.value.maxPoolFen * worth.value.pointsPerYuan) / fenPerYuan),
      },
      versions: Object.fromEntries(
        [scale, turnout, passLine, minCell, codes, reward, worth].map(({ key, version }) => [key, version]),
      ),
    };
  }
}

function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1_000;
}

async function questionSetOf(request: OpeningRequest, gradeCount: number): Promise<QuestionSetRecord> {
  const content = {
    id: request.questionSet.id,
    version: request.questionSet.version,
    questionZh: request.questionSet.questionZh.trim(),
    questionEn: request.questionSet.questionEn.trim(),
    gradeLabels: gradeLabels(gradeCount),
  };
  return { ...content, hash: await sha256Hex(new TextEncoder().encode(canonicalJson(content))) };
}
