import { expectConsentedField } from '@zhijia/testing/subgraph';
import { BenefitsBench } from './benefits-bench.js';

describe('the balance of points of a consented member', () => {
  expectConsentedField({
    name: 'pointsBalance',
    coveredBy: 'POINTS',
    value: 200,
    open: async (config) => {
      const bench = await BenefitsBench.open(config);
      return { service: bench.service, memberId: await bench.aMemberWithPoints(200) };
    },
  });
});
