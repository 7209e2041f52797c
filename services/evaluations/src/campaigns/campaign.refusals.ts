import { refusal, type RefusalOf } from '@zhijia/subgraph';

export const campaignNotFound = refusal('CampaignNotFound', '没有这项评议活动。', 'There is no such campaign.');

export function campaignNotOpenRefusal(opensAt: string): RefusalOf<'CampaignNotOpen'> & { opensAt: string } {
  return { ...refusal('CampaignNotOpen', '评议尚未开始。', 'Voting has not begun yet.'), opensAt };
}

export function campaignClosedRefusal(
  closedAt: string | null,
): RefusalOf<'CampaignClosed'> & { closedAt: string | null } {
  return { ...refusal('CampaignClosed', '评议已结束。', 'The campaign is closed.'), closedAt };
}

export function campaignAnnulledRefusal(annulledAt: string): RefusalOf<'CampaignAnnulled'> & { annulledAt: string } {
  return { ...refusal('CampaignAnnulled', '本次评议已作废。', 'The campaign was annulled.'), annulledAt };
}
