import { parentPort, workerData } from 'node:worker_threads';
import { CODE_BYTES, encodeBallot } from '@zhijia/ballot';
import pg from 'pg';
import { randomBytes, sealerOf } from './seal-with-openssl.mjs';

/** Answers of a city that is content: of 256, so many for each. None and "don't know" come up too. */
const shares = [
  [1, 118],
  [2, 78],
  [3, 33],
  [4, 10],
  [5, 4],
  [6, 9],
  [0, 4],
];
const answerOf = Uint8Array.from(shares.flatMap(([answer, share]) => new Array(share).fill(answer)));
const atOnce = 2_000;

const { databaseUrl, campaignId, manifest, manifestHash, from, count } = workerData;
const targetCount = manifest.targetIds.length;
const seal = sealerOf({ manifest, manifestHash });
const given = new Uint32Array(targetCount * 7);

const db = new pg.Client({ connectionString: databaseUrl });
await db.connect();
const { rows: slots } = await db.query(
  `SELECT slot FROM electorate_slot WHERE campaign_id = $1 ORDER BY slot OFFSET $2 LIMIT $3`,
  [campaignId, from, count],
);
// As people vote: in no order of slots.
shuffle(slots);
for (let at = 0; at < slots.length; at += atOnce) {
  const sealed = slots.slice(at, at + atOnce).map(({ slot }) => ({ slot, ...seal(slot, plaintext()) }));
  await db.query(
    `INSERT INTO ballot (campaign_id, envelope_hash, slot, envelope, caller_key)
     SELECT $1, hash, slot, envelope, hash FROM unnest($2::bytea[], $3::uuid[], $4::text[]) AS one (hash, slot, envelope)`,
    [
      campaignId,
      sealed.map(({ hash }) => hash),
      sealed.map(({ slot }) => slot),
      sealed.map(({ envelope }) => envelope),
    ],
  );
}
await db.end();
parentPort.postMessage(given);

function plaintext() {
  const answers = Uint8Array.from(randomBytes(targetCount), (byte) => answerOf[byte]);
  for (let target = 0; target < targetCount; target += 1) given[target * 7 + answers[target]] += 1;
  return encodeBallot(answers, manifest.codes ? Uint8Array.from(randomBytes(targetCount * CODE_BYTES)) : null);
}

function shuffle(list) {
  for (let last = list.length - 1; last > 0; last -= 1) {
    const place = Math.floor(Math.random() * (last + 1));
    [list[last], list[place]] = [list[place], list[last]];
  }
}
