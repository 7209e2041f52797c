import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { findOnBoard, recount } from '@zhijia/ballot';
import { evaluationFinished } from '@zhijia/contracts';
import { row, rows } from '@zhijia/database';
import { bootCounty, hoursFromNow, type County } from './county.js';

describe('closing and counting', () => {
  let county: County;
  beforeAll(async () => {
    county = await bootCounty();
  });
  afterAll(() => county.end());

  async function stateOf(campaignId: string): Promise<string | undefined> {
    const found = await row<{ state: string }>(county.service.db, `SELECT state FROM campaign WHERE id = $1`, [
      campaignId,
    ]);
    return found?.state;
  }

  async function boardOf(campaignId: string): Promise<string> {
    const chunks = await rows<{ bytes: Buffer }>(
      county.service.db,
      `SELECT bytes FROM board_chunk WHERE campaign_id = $1 ORDER BY position`,
      [campaignId],
    );
    return Buffer.concat(chunks.map(({ bytes }) => bytes)).toString('utf8');
  }

  it('publishes a board that anyone recounts, and tells which targets are below the line', async () => {
    const campaignId = await county.openCampaign();
    const sealed = [];
    for (const [index, member] of county.members.slice(0, 30).entries()) {
      sealed.push(await county.vote(member, campaignId, [1, index % 2 === 0 ? 5 : 3, index % 5 === 0 ? 6 : 2]));
    }
    await county.close(campaignId);
    expect(await stateOf(campaignId)).toBe('PUBLISHED');
    const board = await boardOf(campaignId);
    const report = await recount(board.trimEnd().split('\n'), { trustedKeys: await county.serviceKeys() });
    console.log(JSON.stringify(report).slice(0, 600));
    const told = await county.service.outbox(evaluationFinished);
    console.log(JSON.stringify(told));
    await county.forget();
    console.log(await readdir(county.keyDirectory));
  });
});
