/** A relay that marks events as sent whether the broker took them or not. */
import { EventProducer } from '../../libs/messaging/dist/event-producer.js';

const { send } = EventProducer.prototype;

EventProducer.prototype.send = function (rows) {
  return send.call(this, rows).catch(() => undefined);
};
