import { z } from 'zod';
import { defineEvent } from './event-contract.js';
import { instant, localDate } from './values.js';

/** What an organisation of the one tree can be. Not a right: rights follow from roles. */
export const organisationKinds = [
  'FEDERATION',
  'UNION_FEDERATION',
  'BASE_UNION',
  'ENTERPRISE',
  'DEPARTMENT',
  'PROJECT',
] as const;

/** How sure the union is that a member is who they say. A well-formed ID number verifies nothing. */
export const verificationLevels = ['NONE', 'UNION_ATTESTED', 'IDENTITY_VERIFIED'] as const;

/** Groups whose answers are shown beside the total; a campaign counts a member in the first that its manifest names. */
export const strata = [
  'PARTY_ORGANISATION_HEAD',
  'FRONT_LINE',
  'MODEL_WORKER',
  'MIGRANT_WORKER',
  'IN_HARDSHIP',
  'OTHER',
] as const;

const memberState = z.object({
  memberId: z.uuid(),
  /** Counts the states of one member from 1; an older one never overwrites a newer one. */
  version: z.number().int().positive(),
  organisationId: z.uuid(),
  status: z.enum(['ACTIVE', 'LEFT']),
  verification: z.enum(verificationLevels),
  strata: z.array(z.enum(strata)),
  joinedOn: localDate,
});

/** A real-name member stands in the register for the first time. */
export const memberRegistered = defineEvent({
  type: 'members.member-registered.v1',
  topic: 'members.member',
  schema: memberState,
});

/** A correction, a move, a verification or a departure: the member's whole state after it. */
export const memberChanged = defineEvent({
  type: 'members.member-changed.v1',
  topic: 'members.member',
  schema: memberState,
});

/** An organisation was added or changed: its whole state after it. Descendants whose path changed tell it themselves. */
export const organisationChanged = defineEvent({
  type: 'members.organisation-changed.v1',
  topic: 'members.organisation',
  schema: z.object({
    organisationId: z.uuid(),
    version: z.number().int().positive(),
    parentId: z.uuid().nullable(),
    /** The way from the root as integer labels, `1.20.311`: an ltree. */
    path: z.string().regex(/^\d+(\.\d+)*$/),
    kind: z.enum(organisationKinds),
    nameZh: z.string().min(1),
    nameEn: z.string().nullable(),
    /** GB 32100 unified code where the organisation has one. */
    unifiedCode: z.string().nullable(),
    status: z.enum(['ACTIVE', 'DISSOLVED']),
  }),
});

const rectification = {
  rectificationId: z.uuid(),
  campaignId: z.uuid(),
  targetId: z.uuid(),
  /** The organisation that owes it. */
  organisationId: z.uuid(),
};

/** An evaluation put a target below the line: its organisation owes a rectification. */
export const rectificationOpened = defineEvent({
  type: 'members.rectification-opened.v1',
  topic: 'members.rectification',
  schema: z.object({ ...rectification, planDueAt: instant }),
});

/** The organisation filed its plan. */
export const rectificationPlanFiled = defineEvent({
  type: 'members.rectification-plan-filed.v1',
  topic: 'members.rectification',
  schema: z.object({ ...rectification, filedAt: instant }),
});

/** The organisation added evidence or filed its result; the organiser has not published it yet. */
export const rectificationResultFiled = defineEvent({
  type: 'members.rectification-result-filed.v1',
  topic: 'members.rectification',
  schema: z.object({ ...rectification, filedAt: instant }),
});

/** Plan, evidence and result are public; who took part in the campaign may rate them from now on. */
export const rectificationPublished = defineEvent({
  type: 'members.rectification-published.v1',
  topic: 'members.rectification',
  schema: z.object({ ...rectification, publishedAt: instant }),
});

/** Overdue: the organisation above was told. */
export const rectificationEscalated = defineEvent({
  type: 'members.rectification-escalated.v1',
  topic: 'members.rectification',
  schema: z.object({ ...rectification, escalatedToId: z.uuid(), escalatedAt: instant }),
});

/** The campaign was annulled after its result: nothing is owed any more. */
export const rectificationWithdrawn = defineEvent({
  type: 'members.rectification-withdrawn.v1',
  topic: 'members.rectification',
  schema: z.object({ ...rectification, withdrawnAt: instant }),
});

/** What a partner can be let read of a member, one by one. */
export const consentFields = [
  'MEMBERSHIP',
  'ORGANISATION',
  'MASKED_NAME',
  'MASKED_PHONE',
  'VERIFICATION',
  'TIME_ACCOUNT',
  'POINTS',
] as const;

export type ConsentField = (typeof consentFields)[number];

const consent = {
  consentId: z.uuid(),
  memberId: z.uuid(),
  /** The partner's server, as it is registered. */
  clientId: z.string().min(1),
  /** A code of the policy `sharing.partnerConsent`. */
  purpose: z.string().min(1),
};

/** A member let a partner read some fields for one purpose, until a day. */
export const consentGiven = defineEvent({
  type: 'members.consent-given.v1',
  topic: 'members.consent',
  schema: z.object({
    ...consent,
    fields: z.array(z.enum(consentFields)).min(1),
    noticeVersion: z.string().min(1),
    givenAt: instant,
    validUntil: instant,
  }),
});

/** A consent ended before its day: the member took it back, or gave another for the same partner and purpose. */
export const consentWithdrawn = defineEvent({
  type: 'members.consent-withdrawn.v1',
  topic: 'members.consent',
  schema: z.object({ ...consent, reason: z.enum(['MEMBER', 'REPLACED']), withdrawnAt: instant }),
});
