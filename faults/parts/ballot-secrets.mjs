import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importBallotKey, openEnvelope, unwrapPrivateKey } from '@zhijia/ballot';
import { ByteSearch } from '@zhijia/testing';

/** What must lie nowhere: the campaign's keys, read by the run while they exist, and whole ballots. */
export async function ballotSecretsOf(product, election) {
  const wrappingKey = readFileSync(join(product.stack.secrets.ballotKeyDir, `${election.id}.key`));
  const [{ wrapped, thumbprint }] = await product.rows(
    'evaluations',
    'SELECT wrapped_key AS wrapped, thumbprint FROM campaign_key WHERE campaign_id = $1',
    [election.id],
  );
  const { d } = await unwrapPrivateKey(wrapped, wrappingKey, thumbprint);
  return { wrappingKey, d, thumbprint };
}

/**
 * @param {object} secrets
 * @param {readonly { grades: readonly number[], codes: readonly string[] }[]} ballots all that were sealed
 */
export function searchForSecrets({ wrappingKey, d }, ballots) {
  const keys = [
    ['the wrapping key', wrappingKey],
    ['the private key', Buffer.from(d, 'base64url')],
  ];
  return new ByteSearch([
    ...keys.flatMap(([name, bytes]) => [
      { name, bytes },
      ...['hex', 'base64', 'base64url'].map((encoding) => ({
        name: `${name} in ${encoding}`,
        // The last characters depend on what follows.
        bytes: Buffer.from(bytes.toString(encoding).replace(/..?=*$/, '')),
      })),
    ]),
    ...ballots.flatMap(({ grades, codes }) => wholeBallot(grades, codes)),
  ]);
}

/** Grades of one ballot in a row, and codes of two targets side by side: no list of the board holds either. */
function wholeBallot(grades, codes) {
  const name = 'a whole ballot';
  const inRow = [
    Buffer.from(grades),
    Buffer.from(grades.join('')),
    Buffer.from(grades.join(',')),
    Buffer.from(grades.join(', ')),
  ];
  const pairs = codes.slice(1).flatMap((code, index) => {
    const pair = codes[index] + code;
    return [Buffer.from(pair), Buffer.from(pair, 'hex')];
  });
  return [...(grades.length < 16 ? [] : inRow), ...pairs].map((bytes) => ({ name, bytes }));
}

/**
 * Opens envelopes with a wrapping key, as somebody who has the rest.
 *
 * @returns how many it opened with the voter's grades inside
 */
export async function openWith(wrappingKey, { wrapped, manifest, manifestHash }, envelopes) {
  const { thumbprint } = manifest.key;
  const key = await importBallotKey(await unwrapPrivateKey(wrapped, wrappingKey, thumbprint), thumbprint);
  let opened = 0;
  for (const { slot, envelope, grades } of envelopes) {
    const content = await openEnvelope({ slot, envelope }, key, { manifest, manifestHash });
    if (content.kind !== 'spoiled' && Buffer.from(content.grades).equals(Buffer.from(grades))) opened += 1;
  }
  return opened;
}
