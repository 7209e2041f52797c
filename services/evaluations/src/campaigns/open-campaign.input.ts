import type { OpeningRequest } from '../rules/plan-opening.js';

/** As the graph gives it: what is absent may be undefined or null. */
export interface OpenCampaignInput {
  readonly idempotencyKey: string;
  readonly organiserId: string;
  readonly titleZh: string;
  readonly titleEn: string;
  readonly questionSet: OpeningRequest['questionSet'];
  readonly targetOrganisationIds: readonly string[];
  readonly opensAt?: string | null;
  readonly closesAt: string;
  readonly electorate: {
    readonly rootOrganisationId: string;
    readonly requiresVerification: boolean;
    readonly asOf?: string | null;
  };
  readonly reward?: { readonly poolPoints: number; readonly pointsPerMember?: number | null } | null;
  readonly rules?: {
    readonly passLine?: number | null;
    readonly minTurnout?: number | null;
    readonly minimumCell?: number | null;
    readonly strata?: readonly string[] | null;
    readonly hasCodes?: boolean | null;
  } | null;
}

export function openingRequestOf(input: OpenCampaignInput): OpeningRequest {
  const { id, version, questionZh, questionEn } = input.questionSet;
  return {
    organiserId: input.organiserId,
    titleZh: input.titleZh,
    titleEn: input.titleEn,
    questionSet: { id, version, questionZh, questionEn },
    targetOrganisationIds: [...input.targetOrganisationIds],
    opensAt: input.opensAt ?? null,
    closesAt: input.closesAt,
    electorate: {
      rootOrganisationId: input.electorate.rootOrganisationId,
      requiresVerification: input.electorate.requiresVerification,
      asOf: input.electorate.asOf ?? null,
    },
    reward:
      input.reward === undefined || input.reward === null
        ? null
        : { poolPoints: input.reward.poolPoints, pointsPerMember: input.reward.pointsPerMember ?? null },
    rules: {
      passLineBasisPoints: input.rules?.passLine ?? null,
      minTurnoutBasisPoints: input.rules?.minTurnout ?? null,
      minimumCell: input.rules?.minimumCell ?? null,
      strata: input.rules?.strata ?? null,
      hasCodes: input.rules?.hasCodes ?? null,
    },
  };
}
