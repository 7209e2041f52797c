import { CreateOutbox1760000000100 } from './1760000000100-create-outbox.js';
import { CreateInbox1760000000101 } from './1760000000101-create-inbox.js';
import { CreateParkedEvent1760000000102 } from './1760000000102-create-parked-event.js';
import { CreateDeadLetter1760000000103 } from './1760000000103-create-dead-letter.js';
import { NumberWritersBeforeTheirEvents1760000000104 } from './1760000000104-number-writers-before-their-events.js';

export const messagingMigrations = [
  CreateOutbox1760000000100,
  CreateInbox1760000000101,
  CreateParkedEvent1760000000102,
  CreateDeadLetter1760000000103,
  NumberWritersBeforeTheirEvents1760000000104,
];
