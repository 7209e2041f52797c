import { consentFields } from '@zhijia/contracts';
import { z } from 'zod';
import { definePolicy } from './define-policy.js';

const basisPoints = z.int().min(0).max(10_000);
const minutes = z.int().min(1);

/**
 * The grades of a campaign, 1 the best. Grades from `badFromGrade` on are bad, those before it are the pass share;
 * "don't know" is no grade and counts in neither. Chairs are appraised with four grades, service ratings with three.
 */
export const evaluationScale = definePolicy({
  key: 'scale',
  schema: z
    .strictObject({ gradeCount: z.int().min(2).max(5), badFromGrade: z.int().min(2), offersDontKnow: z.boolean() })
    .refine((scale) => scale.badFromGrade <= scale.gradeCount, {
      path: ['badFromGrade'],
      error: 'is beyond the scale',
    }),
  default: { gradeCount: 5, badFromGrade: 4, offersDontKnow: true },
  source: 'Five grades with 4 and 5 as bad: the national "good/bad rating" of public services',
});

/** Below this share of the electorate a campaign is published as not valid and opens no rectification. */
export const campaignMinTurnout = definePolicy({
  key: 'campaign.minTurnout',
  schema: z.strictObject({ shareBasisPoints: basisPoints }),
  default: { shareBasisPoints: 6_000 },
  source: 'Published: 60 % in several cities; elsewhere more than 50 %',
});

/**
 * A target passes when the share of its grades that are not bad, "don't know" left out, reaches this line.
 *
 * 85 % is the highest line of the published bands (85/75/60). The lower ones are meant for a weighted score: the share
 * of grades that are not bad lies above 95 % in most published results, so a line at 60 % would never open a
 * rectification, and the evaluation would close no loop.
 */
export const campaignPassLine = definePolicy({
  key: 'campaign.passLine',
  schema: z.strictObject({ passShareBasisPoints: basisPoints }),
  default: { passShareBasisPoints: 8_500 },
  source: 'Own, after the highest of the published bands 85/75/60',
});

/**
 * The smallest number of counted ballots whose figures are published, and of an electorate that can open at all. No
 * region goes below 3: in a cell of two each knows the other's grade.
 */
export const privacyMinCell = definePolicy({
  key: 'privacy.minCell',
  schema: z.strictObject({ countedBallots: z.int().min(3) }),
  default: { countedBallots: 5 },
  source: 'Own',
});

/**
 * Whether voters get codes with which they find their grades on the board. Off where people could be pressed to show
 * them, as in the appraisal of chairs.
 */
export const ballotCodes = definePolicy({
  key: 'ballot.codes',
  schema: z.strictObject({ areOn: z.boolean() }),
  default: { areOn: true },
  source: 'Own',
});

/** How long an organisation has for its rectification plan, in calendar months until 24:00 in Shanghai. */
export const rectifyPlanDue = definePolicy({
  key: 'rectify.planDue',
  schema: z.strictObject({ calendarMonths: z.int().min(1).max(12) }),
  default: { calendarMonths: 1 },
  source: 'Published: one month, with publication (江门)',
});

/**
 * How long after its due date an overdue rectification goes to the organisation above. In calendar days: an escalation
 * must come also in a year whose holiday notice is not out yet.
 */
export const rectifyEscalateAfter = definePolicy({
  key: 'rectify.escalateAfter',
  schema: z.strictObject({ calendarDays: z.int().min(0).max(365) }),
  default: { calendarDays: 7 },
  source: 'Own, after "overdue by five working days" in published rules on voices',
});

/**
 * Points for taking part in a campaign, the same whatever the grade, and the most that a campaign's pool may be worth.
 * At 200 points a pool of 900,000 yuan lasts for 450,000 of 533,000 voters.
 */
export const rewardPoints = definePolicy({
  key: 'reward.points',
  schema: z.strictObject({ pointsPerParticipation: z.int().min(0), maxPoolFen: z.int().min(0) }),
  default: { pointsPerParticipation: 200, maxPoolFen: 90_000_000 },
  source: 'Published: a pool of 900,000 yuan for taking part (江门); the points for one ballot are our own',
});

/** What points are worth when a pool is budgeted and an offer is priced. Points never become cash. */
export const pointsWorth = definePolicy({
  key: 'points.worth',
  schema: z.strictObject({ pointsPerYuan: z.int().min(1) }),
  default: { pointsPerYuan: 100 },
  source: 'Own: one point is one fen',
});

/** The most a time account holds; what goes beyond is donated. */
export const accountCap = definePolicy({
  key: 'account.cap',
  schema: z.strictObject({ capMinutes: minutes }),
  default: { capMinutes: 90_000 },
  source: 'Published: 1,500 hours, the excess donated (南京, 广州)',
});

/** What one depositor can plausibly have served: beyond it, hours are not posted without review. */
export const fraudLimits = definePolicy({
  key: 'fraud.limits',
  schema: z.strictObject({ maxMinutesPerDay: minutes.max(1_440), allowsOverlap: z.boolean() }),
  default: { maxMinutesPerDay: 480, allowsOverlap: false },
  source: 'Own: eight hours a day, no two visits at once; no official figure exists',
});

const text = z.string().min(1).max(200);

/**
 * What a member can let a partner read: for each purpose why, which fields at most and for how long at most. The notice
 * is what the member is shown; when its words or a purpose change, so does its version. Who refused is not asked again
 * by the same partner for the same purpose within the time given here.
 */
export const sharingPartnerConsent = definePolicy({
  key: 'sharing.partnerConsent',
  schema: z.strictObject({
    noticeVersion: z.string().min(1).max(40),
    purposes: z
      .array(
        z.strictObject({
          code: z.string().regex(/^[a-z][a-z-]{1,39}$/),
          nameZh: text,
          nameEn: text,
          necessityZh: text,
          necessityEn: text,
          fields: z.array(z.enum(consentFields)).min(1),
          maxDays: z.int().min(1).max(1_096),
        }),
      )
      .refine((purposes) => new Set(purposes.map(({ code }) => code)).size === purposes.length, {
        error: 'names a purpose twice',
      }),
    askAgainAfterDays: z.int().min(1).max(3_660),
  }),
  default: {
    noticeVersion: '2026-1',
    purposes: [
      {
        code: 'card-issuing',
        nameZh: '办理工会会员服务卡',
        nameEn: 'Issuing the union member card',
        necessityZh: '银行须确认申请人是本会会员，并核对姓名和手机号码。',
        necessityEn: 'The bank has to know that the applicant is a member, and compares name and number.',
        fields: ['MEMBERSHIP', 'ORGANISATION', 'MASKED_NAME', 'MASKED_PHONE', 'VERIFICATION'],
        maxDays: 90,
      },
      {
        code: 'loan-assessment',
        nameZh: '申请会员贷款',
        nameEn: 'Applying for a member loan',
        necessityZh: '银行须确认会员资格、入会时间和服务记录，以确定可享受的利率。',
        necessityEn:
          'The bank has to know membership, since when, and service rendered, to find the rate that applies.',
        fields: ['MEMBERSHIP', 'ORGANISATION', 'MASKED_NAME', 'MASKED_PHONE', 'VERIFICATION', 'TIME_ACCOUNT', 'POINTS'],
        maxDays: 365,
      },
    ],
    askAgainAfterDays: 180,
  },
  source: 'PIPL articles 14 to 17, 23 and 29: separate, informed, for one purpose; purposes and terms are our own',
});

/** How long after the end of a consent each use of it is kept: shorter than the law's three years is no policy. */
export const retentionConsentUses = definePolicy({
  key: 'retention.consentUses',
  schema: z.strictObject({ calendarMonths: z.int().min(36).max(1_200) }),
  default: { calendarMonths: 36 },
  source: 'PIPL art. 56 keeps records of processing for three years at least; counted from the end of the consent: own',
});

/** Every policy that some service reads. */
export const policyCatalogue = [
  evaluationScale,
  campaignMinTurnout,
  campaignPassLine,
  privacyMinCell,
  ballotCodes,
  rectifyPlanDue,
  rectifyEscalateAfter,
  rewardPoints,
  pointsWorth,
  accountCap,
  fraudLimits,
  sharingPartnerConsent,
  retentionConsentUses,
] as const;
