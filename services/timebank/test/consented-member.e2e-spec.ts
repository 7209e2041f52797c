import { expectConsentedField } from '@zhijia/testing/subgraph';
import { anOfficer, aVisit, TimebankBench } from './timebank-bench.js';

describe('the balance of time of a consented member', () => {
  expectConsentedField({
    name: 'timeBalanceMinutes',
    coveredBy: 'TIME_ACCOUNT',
    value: 240,
    open: async (config) => {
      const bench = await TimebankBench.open(config);
      const union = await bench.anOrganisation();
      const memberId = await bench.aDepositor(union);
      await bench.postVisit(anOfficer(union), aVisit(memberId, 9, 13));
      return { service: bench.service, memberId };
    },
  });
});
