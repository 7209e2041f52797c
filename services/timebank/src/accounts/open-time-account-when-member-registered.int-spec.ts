import { randomUUID } from 'node:crypto';
import { memberRegistered } from '@zhijia/contracts';
import { row } from '@zhijia/database';
import { aMemberState } from '@zhijia/testing';
import { TimebankBench } from '../../test/timebank-bench.js';

describe('opening time accounts when members registered', () => {
  let bench: TimebankBench;

  beforeAll(async () => {
    bench = await TimebankBench.open();
  });
  afterAll(() => bench.close());

  async function countAccounts(memberIds: readonly string[]): Promise<number> {
    const found = await row<{ count: number }>(
      bench.db,
      `SELECT count(*) AS count FROM time_account JOIN ledger_account USING (id)
        WHERE member_id = ANY($1::uuid[]) AND owner_id = member_id::text AND book = 'MINUTES'`,
      [memberIds],
    );
    return found?.count ?? 0;
  }

  it('opens one for each member of a batch, however often the event comes', async () => {
    const events = Array.from({ length: 300 }, () => aMemberState(randomUUID()));
    await bench.service.deliver(memberRegistered, events);
    await bench.service.deliver(memberRegistered, events);
    expect(await countAccounts(events.map(({ memberId }) => memberId))).toBe(300);
  });

  it('opens one when two batches name the same member at once', async () => {
    const event = aMemberState(randomUUID());
    await Promise.all([
      bench.service.deliver(memberRegistered, [event, event]),
      bench.service.deliver(memberRegistered, [event]),
    ]);
    expect(await countAccounts([event.memberId])).toBe(1);
  });
});
