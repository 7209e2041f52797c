/** The receiving service of the bench `relay`: a consumer with one reaction, in a process and on a database of its own. */
import { randomBytes } from 'node:crypto';
import { createDataSource } from '@zhijia/database';
import { createLog } from '@zhijia/logging';
import { createMessaging } from '@zhijia/messaging';
import { keepWhatWasTold } from './told.mjs';

const { DATABASE_URL: url, KAFKA_BROKERS: broker } = process.env;
const db = createDataSource({ url, applicationName: 'receiver', migrations: [] });
await db.initialize();
const messaging = createMessaging({
  db,
  source: 'receiver',
  kafka: { brokers: [broker] },
  reactions: [keepWhatWasTold],
  published: [],
  deadLetterKey: randomBytes(32),
  log: createLog({ service: 'receiver', level: 'warn' }),
});
messaging.start();

process.once('SIGTERM', async () => {
  await messaging.stop();
  await db.destroy();
  process.exit();
});
