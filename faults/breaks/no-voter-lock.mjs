/** Two ballots of one voter at once do not wait for each other: neither in the process nor in the database. */
import { InBatches } from '@zhijia/database';
import { BallotsStore } from '../../services/evaluations/dist/ballots/ballots.store.js';

BallotsStore.prototype.lockForCasting = () => Promise.resolve();
InBatches.prototype.do = async function (item) {
  const [result] = await this.work([item]);
  return result;
};
