import { idempotencyKeyReused, refusal } from '@zhijia/subgraph';
import type { OfferField } from '../rules/plan-offer.js';
import type { OfferUnavailability } from '../rules/plan-redemption.js';
import type { CreateOfferOutcome } from './create-offer.js';
import type { RedeemOfferOutcome } from './redeem-offer.js';

type Words = { readonly zh: string; readonly en: string };

const name: Words = { zh: '名称须为1至100字。', en: 'A name has 1 to 100 characters.' };

const wrongTerms: Readonly<Record<OfferField, Words>> = {
  merchantNameZh: name,
  merchantNameEn: name,
  titleZh: name,
  titleEn: name,
  pricePoints: { zh: '积分价格须为1至10000000。', en: 'A price is 1 to 10,000,000 points.' },
  stock: { zh: '数量须为1至1000000。', en: 'There are 1 to 1,000,000 pieces.' },
  perMemberLimit: { zh: '每人限额须为1至总数量。', en: 'The limit per member is between 1 and the stock.' },
  endsAt: {
    zh: '结束须晚于开始且晚于现在，最长三年。',
    en: 'An offer ends after it starts and after now, and lasts three years at most.',
  },
};

const unavailable: Readonly<Record<OfferUnavailability, Words>> = {
  UNKNOWN: { zh: '没有这项优惠。', en: 'There is no such offer.' },
  NOT_STARTED: { zh: '优惠尚未开始。', en: 'The offer has not started yet.' },
  ENDED: { zh: '优惠已结束。', en: 'The offer has ended.' },
  WITHDRAWN: { zh: '优惠已下架。', en: 'The offer was withdrawn.' },
};

export const offerNotFound = refusal('OfferNotFound', '没有这项优惠。', 'There is no such offer.');

export function refusalOfCreation(outcome: Exclude<CreateOfferOutcome, { kind: 'created' }>): object {
  switch (outcome.kind) {
    case 'organisationNotFound':
      return refusal('OfferOrganisationNotFound', '没有这个组织。', 'There is no such organisation.');
    case 'offerInvalid': {
      const { zh, en } = wrongTerms[outcome.field];
      return { ...refusal('OfferInvalid', zh, en), field: outcome.field };
    }
    case 'keyReused':
      return idempotencyKeyReused;
  }
}

export function refusalOfRedemption(outcome: Exclude<RedeemOfferOutcome, { kind: 'redeemed' }>): object {
  switch (outcome.kind) {
    case 'offerNotAvailable': {
      const { zh, en } = unavailable[outcome.reason];
      return { ...refusal('OfferNotAvailable', zh, en), reason: outcome.reason };
    }
    case 'offerSoldOut':
      return refusal('OfferSoldOut', '优惠已兑完。', 'Every piece of the offer is gone.');
    case 'redemptionLimitReached':
      return {
        ...refusal(
          'RedemptionLimitReached',
          `每人限兑${outcome.perMemberLimit}份。`,
          `One member may redeem ${outcome.perMemberLimit}.`,
        ),
        perMemberLimit: outcome.perMemberLimit,
      };
    case 'insufficientPoints':
      return {
        ...refusal(
          'InsufficientPoints',
          `积分不足，还差${outcome.shortfallPoints}分。`,
          `${outcome.shortfallPoints} points are missing.`,
        ),
        shortfallPoints: outcome.shortfallPoints,
      };
    case 'accountNotFound':
      return refusal('PointsAccountNotFound', '尚未开立积分账户。', 'There is no points account yet.');
    case 'accountFrozen':
      return refusal('PointsAccountFrozen', '积分账户已冻结。', 'The points account is frozen.');
    case 'keyReused':
      return idempotencyKeyReused;
  }
}
