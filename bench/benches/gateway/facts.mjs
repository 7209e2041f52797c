import { createHash } from 'node:crypto';

/** A whole number below `below` that is always the same for the same thing. */
function numberOf(thing, below) {
  return createHash('sha256').update(thing).digest().readUInt32BE(0) % below;
}

const campaignIds = [1, 2, 3].map((number) => `0199d1a0-0000-7000-9000-${String(number).padStart(12, '0')}`);

const campaign = (id) => ({ __typename: 'Campaign', id });

function member(id) {
  const organisation = { __typename: 'Organisation', id: `organisation-${numberOf(id, 50)}`, nameZh: '第一纺织厂工会' };
  return { __typename: 'Member', id, maskedName: `张*${numberOf(id, 10)}`, status: 'ACTIVE', organisation };
}

/**
 * What the stand-ins of the product's subgraphs answer: the shapes and sizes of the demonstration's answers, other facts
 * for each member. Root fields take the arguments and the subject of whoever asks, references take a key.
 */
export const facts = {
  members: {
    root: {
      me: (_arguments, subject) => member(subject),
      members: ({ organisationId, first }) => ({
        edges: Array.from({ length: first }, (_, index) => ({
          cursor: `${index}`,
          node: member(`${organisationId}-${index}`),
        })),
        pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: '0', endCursor: `${first}` },
      }),
    },
    references: { Member: ({ id }) => member(id) },
  },
  timebank: {
    root: {},
    references: {
      Member: ({ id }) => ({
        __typename: 'Member',
        id,
        timeAccount: { __typename: 'TimeAccount', id: `account-${id}`, balanceMinutes: numberOf(id, 6_000) },
      }),
    },
  },
  evaluations: {
    root: {},
    references: {
      Member: ({ id }) => ({
        __typename: 'Member',
        id,
        awaitingCampaigns: campaignIds.map((campaignId) => ({
          ...campaign(campaignId),
          titleZh: '部门执法工作评议',
          closesAt: '2026-12-01T01:00:00.000Z',
          reward: { pointsPerMember: 100, poolPoints: 90_000_000, standing: 'AVAILABLE' },
          canTakePart: {
            isPossible: true,
            obstacle: null,
            messageZh: '您可以参加本次评议。',
            hasTakenPart: numberOf(id, 2) === 1,
          },
        })),
      }),
      Campaign: ({ id }) => campaign(id),
    },
  },
  benefits: {
    root: {},
    references: {
      Member: ({ id }) => ({
        __typename: 'Member',
        id,
        pointsAccount: { __typename: 'PointsAccount', id: `points-${id}`, balancePoints: numberOf(id, 9_000) },
      }),
      Campaign: ({ id }) => ({
        ...campaign(id),
        rewardPool: { promisedPointsPerMember: 100, remainingPoints: 89_000_000, isEmpty: false },
      }),
    },
  },
};
