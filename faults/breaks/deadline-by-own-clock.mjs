/** A service whose clock is off, and that asks it whether a campaign is over. */
import './clock-off.mjs';
import { BallotsStore } from '../../services/evaluations/dist/ballots/ballots.store.js';

const { findCastRecords } = BallotsStore.prototype;

BallotsStore.prototype.findCastRecords = async function (tx, campaignId, ...others) {
  const records = await findCastRecords.call(this, tx, campaignId, ...others);
  const [{ closesAt }] = await tx.query('SELECT closes_at AS "closesAt" FROM campaign WHERE id = $1', [campaignId]);
  return records.map((record) => record && { ...record, isOver: Date.now() >= Date.parse(closesAt) });
};
