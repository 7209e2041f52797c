import type { Audience, ViewerFacts } from '@zhijia/access';
import type { World } from './world.js';

/** One person of every office: what refuses them is never the role. */
export function viewerFor(world: World, audience: Audience): ViewerFacts {
  return {
    issuer: 'https://issuer.zhijia.local',
    subject: 'chair-and-member',
    client: 'journey',
    audience,
    memberId: world.county.member(0).memberId,
    roles: [
      { role: 'chair', organisationId: world.county.organisation('C') },
      { role: 'administrator', organisationId: world.county.organisation('C') },
    ],
    actingFor: null,
  };
}
