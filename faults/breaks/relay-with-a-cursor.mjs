/** A relay that remembers the last id it sent, and asks for what is above it. */
import { RelaySession } from '../../libs/messaging/dist/relay-session.js';

const { unpublished } = RelaySession.prototype;
let lastId = 0;

RelaySession.prototype.unpublished = async function (limit) {
  const rows = await unpublished.call(this, limit);
  const above = rows.filter(({ id }) => id > lastId);
  lastId = above.at(-1)?.id ?? lastId;
  return above;
};
