/**
 * In kafkajs 2.2.4 each connection looks every millisecond for requests that wait, also when none does: a thousand
 * wake-ups a second of an idle process (tulios/kafkajs#1704). A request that has to wait schedules its look itself.
 */
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

const queues = RequestQueue.prototype;
const schedule = Object.getOwnPropertyDescriptor(queues, 'scheduleCheckPendingRequests')?.value as () => void;

queues.scheduleCheckPendingRequests = function (this: RequestQueue): void {
  if (this.pending.length > 0) schedule.call(this);
};
