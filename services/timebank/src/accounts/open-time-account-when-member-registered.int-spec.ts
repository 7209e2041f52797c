import { randomUUID } from 'node:crypto';
import { memberRegistered } from '@zhijia/contracts';
import { row } from '@zhijia/database';
import { registered, TimebankBench } from '../../test/timebank-bench.js';

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
    const memberIds = Array.from({ length: 300 }, () => randomUUID());
    const events = memberIds.map((memberId) => registered(memberId, randomUUID()));
    await bench.service.deliver(memberRegistered, events);
    await bench.service.deliver(memberRegistered, events);
    expect(await countAccounts(memberIds)).toBe(300);
  });

  it('opens one when two batches name the same member at once', async () => {
    const memberId = randomUUID();
    const event = registered(memberId, randomUUID());
    await Promise.all([
      bench.service.deliver(memberRegistered, [event, event]),
      bench.service.deliver(memberRegistered, [event]),
    ]);
    expect(await countAccounts([memberId])).toBe(1);
  });
});
