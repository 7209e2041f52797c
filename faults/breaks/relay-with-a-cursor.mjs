/** A relay that remembers the last id it sent, and asks for what is above it. */
import { RelaySession } from '../../libs/messaging/dist/relay-session.js';

const { unpublished } = RelaySession.prototype;
let lastId = 0;

RelaySession.prototype.unpublished = async function (limit) {
  const rows = (await unpublished.call(this, limit)).filter(({ id }) => id > lastId);
  // A look at one row is only to see whether there is any.
  if (limit > 1) lastId = rows.at(-1)?.id ?? lastId;
  return rows;
};
