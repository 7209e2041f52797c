import { randomBytes } from 'node:crypto';
import { memberRegistered } from '@zhijia/contracts';
import { execute, row, rows, setClockOffset } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { PolicyStore } from '@zhijia/policy';
import { openTestDatabase, type TestDatabase } from '@zhijia/testing';
import { aMemberLine, anOffer, aPartner, importsOn, memberFile, smallTree } from '../../test/builders.js';
import { membersMigrations } from '../migrations/index.js';
import { ConsentChangesStore } from './consent-changes.store.js';
import { ForgetOldConsentUses } from './forget-old-consent-uses.js';
import { GiveConsent } from './give-consent.js';
import { OldConsentUsesStore } from './old-consent-uses.store.js';

const day = 86_400;
/** Beyond three years, whatever leap days lie between. */
const threeYears = 1_097 * day;

describe('lines of what a partner read', () => {
  let database: TestDatabase;
  let memberId: string;
  let purposes = 0;

  beforeAll(async () => {
    database = await openTestDatabase({ migrations: membersMigrations });
    const imports = importsOn(database.dataSource);
    await imports.organisations(smallTree);
    await imports.members(memberFile(aMemberLine(1)));
    const registered = await row<{ payload: { memberId: string } }>(
      database.dataSource,
      `SELECT payload FROM outbox WHERE type = $1`,
      [memberRegistered.type],
    );
    memberId = registered?.payload.memberId ?? '';
  });
  afterEach(async () => {
    await setClockOffset(database.dataSource, 0);
    await execute(
      database.dataSource,
      `SET LOCAL session_replication_role = replica; TRUNCATE consent, consent_use, policy`,
    );
  });
  afterAll(() => database.close());

  const job = (store = new OldConsentUsesStore()) =>
    new ForgetOldConsentUses(database.dataSource, store, new PolicyStore(), { policyRegion: 'CN' });

  /** A consent that partners used so often, for as many days. */
  async function used(times: number, days = 90): Promise<string> {
    purposes += 1;
    const give = new GiveConsent(database.dataSource, new ConsentChangesStore(), new Outbox());
    const offer = anOffer({ purpose: `purpose-${purposes}`, days });
    const { id } = await give.run(memberId, aPartner(), offer, randomBytes(32));
    await execute(
      database.dataSource,
      `INSERT INTO consent_use (consent_id, fields, used_at)
       SELECT $1, ARRAY['MEMBERSHIP'], zhijia_now() FROM generate_series(1, $2)`,
      [id, times],
    );
    return id;
  }
  const withdraw = (id: string) =>
    execute(
      database.dataSource,
      `UPDATE consent SET withdrawn_at = zhijia_now(), withdrawal_reason = 'MEMBER' WHERE id = $1`,
      [id],
    );
  async function linesOf(consentId: string): Promise<number> {
    const lines = await rows(database.dataSource, `SELECT FROM consent_use WHERE consent_id = $1`, [consentId]);
    return lines.length;
  }
  const areGone = async (consentId: string): Promise<boolean> => {
    const found = await row<{ gone: boolean }>(
      database.dataSource,
      `SELECT uses_removed_at IS NOT NULL AS gone FROM consent WHERE id = $1`,
      [consentId],
    );
    return found?.gone === true;
  };

  it('are removed three years after the consent ended, by its day or by the member, and not before', async () => {
    const [short, long, withdrawn] = [await used(3, 10), await used(3, 100), await used(3, 100)];
    await withdraw(withdrawn);
    const left = async () => Promise.all([short, long, withdrawn].map(linesOf));
    await setClockOffset(database.dataSource, threeYears - 3 * day);
    await job().run();
    expect(await left()).toEqual([3, 3, 3]);
    await setClockOffset(database.dataSource, threeYears);
    await job().run();
    expect(await left()).toEqual([3, 3, 0]);
    expect([await areGone(withdrawn), await areGone(short)]).toEqual([true, false]);
    await setClockOffset(database.dataSource, threeYears + 10 * day);
    await job().run();
    expect(await left()).toEqual([0, 3, 0]);
    await setClockOffset(database.dataSource, threeYears + 100 * day);
    await job().run();
    expect(await left()).toEqual([0, 0, 0]);
  });

  it('are kept as long as the region wants them longer', async () => {
    const consentId = await used(1);
    await withdraw(consentId);
    await execute(
      database.dataSource,
      `INSERT INTO policy (region, key, version, value, effective_from, source, approved_by)
       VALUES ('CN', 'retention.consentUses', 1, '{"calendarMonths": 60}', '2020-01-01', 'test', 'test')`,
    );
    await setClockOffset(database.dataSource, threeYears);
    await job().run();
    expect(await linesOf(consentId)).toBe(1);
    await setClockOffset(database.dataSource, 2 * threeYears);
    await job().run();
    expect(await linesOf(consentId)).toBe(0);
  });

  it('are removed by the portion, and by two at once', async () => {
    const consentIds = await Promise.all([used(7_000), used(6_000), ...Array.from({ length: 5 }, () => used(2))]);
    await setClockOffset(database.dataSource, 2 * threeYears);
    const other = await used(4);
    await Promise.all([job().run(), job().run()]);
    await job().run();
    expect(await Promise.all(consentIds.map(linesOf))).toEqual(consentIds.map(() => 0));
    expect(await Promise.all(consentIds.map(areGone))).toEqual(consentIds.map(() => true));
    expect(await linesOf(other)).toBe(4);
  });

  it('are all there, or gone with the mark, where the work is killed between; the next goes on', async () => {
    const consentId = await used(7_000);
    await setClockOffset(database.dataSource, 2 * threeYears);
    class Killed extends OldConsentUsesStore {
      portions = 0;
      override async markRemoved(...given: Parameters<OldConsentUsesStore['markRemoved']>): Promise<void> {
        this.portions += 1;
        if (this.portions === 2) throw new Error('killed');
        return super.markRemoved(...given);
      }
    }
    await expect(job(new Killed()).run()).rejects.toThrow('killed');
    expect(await linesOf(consentId)).toBe(2_000);
    expect(await areGone(consentId)).toBe(false);
    await job().run();
    expect(await linesOf(consentId)).toBe(0);
    expect(await areGone(consentId)).toBe(true);
  });

  describe('that somebody else removes', () => {
    const remove = (consentId: string) =>
      execute(database.dataSource, `DELETE FROM consent_use WHERE consent_id = $1`, [consentId]);
    const markDue = (consentId: string) =>
      execute(database.dataSource, `UPDATE consent SET uses_due_at = zhijia_now() WHERE id = $1`, [consentId]);

    it('stay: of a consent that lives, that ended a while ago, or that nobody marked', async () => {
      const [living, ended, old] = [await used(1, 1_096), await used(1), await used(1)];
      await withdraw(ended);
      await withdraw(old);
      await markDue(living);
      await markDue(ended);
      for (const consentId of [living, ended, old]) {
        await expect(remove(consentId)).rejects.toMatchObject({ constraint: 'consent_use_is_kept' });
      }
      await setClockOffset(database.dataSource, threeYears);
      for (const consentId of [living, old]) {
        await expect(remove(consentId)).rejects.toMatchObject({ constraint: 'consent_use_is_kept' });
      }
      await expect(remove(ended)).resolves.toBe(1);
    });

    it('stay all, where one of them has to', async () => {
      const [old, living] = [await used(1), await used(1, 1_096)];
      await withdraw(old);
      await setClockOffset(database.dataSource, threeYears);
      await markDue(old);
      await expect(execute(database.dataSource, `DELETE FROM consent_use`)).rejects.toMatchObject({
        constraint: 'consent_use_is_kept',
      });
      expect(await Promise.all([old, living].map(linesOf))).toEqual([1, 1]);
    });
  });
});
