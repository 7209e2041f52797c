import { obstacleToCasting, type CastFacts } from './plan-cast.js';

export interface TakingPartFacts extends CastFacts {
  readonly requiresVerification: boolean;
  /** As it is known today; null for a member whom this service does not know. */
  readonly verification: string | null;
}

export type TakingPartObstacle = 'NOT_IN_ELECTORATE' | 'NOT_VERIFIED' | 'NOT_YET_OPEN' | 'CLOSED' | 'ANNULLED';

export interface TakingPart {
  readonly isPossible: boolean;
  readonly obstacle: TakingPartObstacle | null;
  readonly messageZh: string;
  readonly messageEn: string;
  readonly hasTakenPart: boolean;
}

const messages: Readonly<Record<TakingPartObstacle, readonly [zh: string, en: string]>> = {
  NOT_IN_ELECTORATE: ['您不在本次评议的参评范围内。', 'You are not among those who may take part.'],
  NOT_VERIFIED: [
    '本次评议仅限已实名认证的会员参加；参评名单确定时您尚未认证。',
    'Only verified members may take part, and you were not verified when the electorate was frozen.',
  ],
  NOT_YET_OPEN: ['评议尚未开始。', 'Voting has not begun yet.'],
  CLOSED: ['评议已结束。', 'Voting is over.'],
  ANNULLED: ['本次评议已作废。', 'This campaign was annulled.'],
};

/** Whether a member may take part now, and what to tell who may not. */
export function takingPart(facts: TakingPartFacts): TakingPart {
  const obstacle = obstacleOf(facts);
  const [messageZh, messageEn] =
    obstacle !== null
      ? messages[obstacle]
      : facts.hasTakenPart
        ? [
            '您已参评，结束前可以重新投票，以最后一次为准。',
            'You took part. Until closing you may vote again; the last ballot counts.',
          ]
        : ['您可以参评。', 'You may take part.'];
  return { isPossible: obstacle === null, obstacle, messageZh, messageEn, hasTakenPart: facts.hasTakenPart };
}

function obstacleOf(facts: TakingPartFacts): TakingPartObstacle | null {
  const obstacle = obstacleToCasting(facts);
  switch (obstacle?.kind) {
    case undefined:
      return null;
    case 'annulled':
      return 'ANNULLED';
    case 'closed':
      return 'CLOSED';
    case 'notOpen':
      return 'NOT_YET_OPEN';
    case 'notInElectorate':
      return facts.requiresVerification && facts.verification === 'NONE' ? 'NOT_VERIFIED' : 'NOT_IN_ELECTORATE';
  }
}
