/** A tally that reads ballots as they lie in their table and lists them on the board in that order. */
import { Tally } from '../../libs/ballot/dist/tally.js';
import { rows } from '../../libs/database/dist/sql.js';
import { openShare } from '../../services/evaluations/dist/tally/open-share.js';
import { SealedBallotsStore } from '../../services/evaluations/dist/tally/sealed-ballots.store.js';
import { everySlot } from '../../services/evaluations/dist/tally/slot-ranges.js';
import { TallyCampaign } from '../../services/evaluations/dist/tally/tally-campaign.js';

const codeBytes = 8;

TallyCampaign.prototype.open = function (work, _count, hand) {
  return openShare(this.db, { ...work, range: everySlot }, hand);
};

SealedBallotsStore.prototype.ballots = async function* (campaignId) {
  yield* await rows(
    this.db,
    `SELECT b.slot, b.envelope, encode(b.envelope_hash, 'hex') AS "envelopeHash",
            s.organisation_id AS "organisationId", s.stratum
       FROM ballot AS b JOIN electorate_slot AS s ON s.campaign_id = b.campaign_id AND s.slot = b.slot
      WHERE b.campaign_id = $1 AND b.envelope IS NOT NULL ORDER BY b.ctid`,
    [campaignId],
  );
};

Tally.prototype.ratings = function (target, ballots) {
  const blockSize = this.blocks[0].organisations.length;
  const placeOf = (ballot) => [this.blocks[Math.floor(ballot / blockSize)], ballot % blockSize];
  const grades = Uint8Array.from(ballots, (ballot) => {
    const [block, at] = placeOf(ballot);
    return block.grades[at * this.targetCount + target];
  });
  if (this.codeBytes === 0) return { grades, codes: new Uint8Array() };
  const codes = new Uint8Array(ballots.length * codeBytes);
  ballots.forEach((ballot, index) => {
    const [block, at] = placeOf(ballot);
    const from = at * this.codeBytes + target * codeBytes;
    codes.set(block.codes.subarray(from, from + codeBytes), index * codeBytes);
  });
  return { grades, codes };
};
