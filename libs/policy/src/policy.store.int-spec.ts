import { databaseMigrations, execute, inTransaction, row, setClockOffset, violatedConstraint } from '@zhijia/database';
import { openTestDatabase, type TestDatabase } from '@zhijia/testing';
import fc from 'fast-check';
import { accountCap, campaignMinTurnout } from './catalogue.js';
import { policyMigrations } from './migrations/index.js';
import { PolicyStore, PolicyValueInvalid, type Announcement } from './policy.store.js';

type CapAnnouncement = Announcement<{ capMinutes: number }>;

describe('PolicyStore', () => {
  const store = new PolicyStore();
  let database: TestDatabase;
  let provinceNumber = 10;
  let region = '';

  beforeAll(async () => {
    database = await openTestDatabase({ migrations: [...databaseMigrations, ...policyMigrations] });
  });
  afterAll(() => database.close());
  beforeEach(() => {
    region = `CN/${(provinceNumber += 1)}`;
  });

  function announce(announcement: Partial<CapAnnouncement>) {
    const complete = {
      region,
      value: { capMinutes: 60_000 },
      effectiveFrom: '2999-01-01',
      source: 'Rule 1',
      ...announcement,
    };
    return inTransaction(database.dataSource, (tx) => store.announce(tx, accountCap, complete));
  }

  async function capOn(onDate?: string, where = region): Promise<[number, number]> {
    const found = await store.inForce(database.dataSource, where, accountCap, onDate);
    return [found.value.capMinutes, found.version];
  }

  async function today(): Promise<string> {
    const found = await row<{ today: string }>(database.dataSource, 'SELECT zhijia_today() AS today');
    return found!.today;
  }

  it('answers the default as version 0 where nobody has decided', async () => {
    await expect(store.inForce(database.dataSource, region, campaignMinTurnout)).resolves.toEqual({
      key: 'campaign.minTurnout',
      value: { shareBasisPoints: 6_000 },
      version: 0,
      region: null,
      source: 'default',
    });
  });

  it('answers the version that holds on the date', async () => {
    await announce({ value: { capMinutes: 1 }, effectiveFrom: '2998-01-01' });
    await announce({ value: { capMinutes: 2 }, effectiveFrom: '2999-01-01', effectiveTo: '3000-01-01' });
    await expect(capOn()).resolves.toEqual([90_000, 0]);
    await expect(capOn('2997-12-31')).resolves.toEqual([90_000, 0]);
    await expect(capOn('2998-01-01')).resolves.toEqual([1, 1]);
    await expect(capOn('2998-12-31')).resolves.toEqual([1, 1]);
    await expect(capOn('2999-01-01')).resolves.toEqual([2, 2]);
    await expect(capOn('3000-01-01')).resolves.toEqual([90_000, 0]);
  });

  it('answers the nearest region on the way up, and says which', async () => {
    await announce({ region: `${region}/07`, value: { capMinutes: 1 }, effectiveFrom: '2020-01-01' });
    await announce({ value: { capMinutes: 2 }, effectiveFrom: '2020-01-01' });
    await expect(capOn(undefined, `${region}/07/03`)).resolves.toEqual([1, 1]);
    await expect(capOn(undefined, `${region}/08`)).resolves.toEqual([2, 1]);
    const found = await store.inForce(database.dataSource, `${region}/08/01`, accountCap);
    expect(found).toMatchObject({ region, source: 'Rule 1' });
    await expect(capOn(undefined, `${region}0`)).resolves.toEqual([90_000, 0]);
  });

  it('falls back to the region above when a rule has ended', async () => {
    await announce({ value: { capMinutes: 2 }, effectiveFrom: '2020-01-01' });
    await announce({ region: `${region}/07`, effectiveFrom: '2020-01-01', effectiveTo: '2020-02-01' });
    await expect(capOn('2020-01-31', `${region}/07`)).resolves.toEqual([60_000, 1]);
    await expect(capOn('2020-02-01', `${region}/07`)).resolves.toEqual([2, 1]);
  });

  it('takes a new rule from the day it begins, by the clock of the database', async () => {
    await announce({ value: { capMinutes: 1 }, effectiveFrom: '2020-01-01' });
    const tomorrow = new Date(Date.parse(await today()) + 86_400_000).toISOString().slice(0, 10);
    await announce({ value: { capMinutes: 2 }, effectiveFrom: tomorrow });
    await expect(capOn()).resolves.toEqual([1, 1]);
    await setClockOffset(database.dataSource, 86_400);
    await expect(capOn()).resolves.toEqual([2, 2]);
    await setClockOffset(database.dataSource, 0);
  });

  it('refuses to rewrite days that are over', async () => {
    await expect(announce({ effectiveFrom: '2020-01-01' })).resolves.toEqual({ kind: 'announced', version: 1 });
    const earliestDate = await today();
    await expect(announce({ effectiveFrom: '2021-01-01' })).resolves.toEqual({ kind: 'beginsTooEarly', earliestDate });
    await expect(announce({ effectiveFrom: earliestDate })).resolves.toEqual({ kind: 'announced', version: 2 });
  });

  it('refuses to begin before the version it follows, and replaces one that begins on the same day', async () => {
    await announce({ value: { capMinutes: 1 }, effectiveFrom: '2999-01-01' });
    await expect(announce({ effectiveFrom: '2998-12-31' })).resolves.toEqual({
      kind: 'beginsTooEarly',
      earliestDate: '2999-01-01',
    });
    await expect(announce({ value: { capMinutes: 2 }, effectiveFrom: '2999-01-01' })).resolves.toMatchObject({
      version: 2,
    });
    await expect(capOn('2999-01-01')).resolves.toEqual([2, 2]);
  });

  it('refuses a rule that holds for no day, and a value that does not fit', async () => {
    await expect(announce({ effectiveFrom: '2999-01-01', effectiveTo: '2999-01-01' })).resolves.toEqual({
      kind: 'endsBeforeItBegins',
    });
    await expect(announce({ value: { capMinutes: 0.5 } })).resolves.toMatchObject({
      kind: 'invalidValue',
      problems: [expect.stringContaining('capMinutes')],
    });
    await expect(capOn('2999-01-01')).resolves.toEqual([90_000, 0]);
  });

  it('numbers ten announcements at once without a gap', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_empty, index) => announce({ value: { capMinutes: index + 1 } })),
    );
    const versions = outcomes.map((outcome) => (outcome.kind === 'announced' ? outcome.version : 0));
    expect(versions.sort((left, right) => left - right)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await expect(capOn('2999-01-01')).resolves.toEqual([expect.any(Number), 10]);
  });

  it('leaves nothing when the transaction does not commit', async () => {
    const killed = inTransaction(database.dataSource, async (tx) => {
      await store.announce(tx, accountCap, {
        region,
        value: { capMinutes: 1 },
        effectiveFrom: '2020-01-01',
        source: 'Rule 1',
      });
      throw new Error('killed in between');
    });
    await expect(killed).rejects.toThrow('killed in between');
    await expect(capOn()).resolves.toEqual([90_000, 0]);
  });

  it('refuses to answer when the stored value does not fit, instead of another rule', async () => {
    await execute(
      database.dataSource,
      `INSERT INTO policy (region, key, version, value, effective_from, source)
       VALUES ($1, 'account.cap', 1, '{"capHours": 1500}', '2020-01-01', 'Rule 1')`,
      [region],
    );
    await expect(capOn()).rejects.toThrow(PolicyValueInvalid);
    await expect(capOn()).rejects.toMatchObject({ region, key: 'account.cap', version: 1 });
  });

  it('keeps versions of one rule apart in the database itself', async () => {
    await announce({ effectiveFrom: '2020-01-01' });
    const overlap = execute(
      database.dataSource,
      `INSERT INTO policy (region, key, version, value, effective_from, source)
       VALUES ($1, 'account.cap', 2, '{"capMinutes": 1}', '2021-01-01', 'Rule 2')`,
      [region],
    );
    await expect(overlap.catch(violatedConstraint)).resolves.toBe('policy_versions_do_not_overlap');
  });

  it('answers, after any announcements, for each day what was announced last for it', async () => {
    const day = (number: number) => new Date(Date.UTC(2999, 0, 1 + number)).toISOString().slice(0, 10);
    const announcements = fc.array(
      fc.record({ from: fc.nat({ max: 9 }), days: fc.option(fc.integer({ min: 1, max: 5 })) }),
      {
        maxLength: 6,
      },
    );
    await fc.assert(
      fc.asyncProperty(announcements, async (steps) => {
        region = `CN/${(provinceNumber += 1)}`;
        const expected = Array.from({ length: 16 }, () => 0);
        for (const [index, { from, days }] of steps.entries()) {
          const effectiveTo = days === null ? {} : { effectiveTo: day(from + days) };
          const outcome = await announce({
            value: { capMinutes: index + 1 },
            effectiveFrom: day(from),
            ...effectiveTo,
          });
          if (outcome.kind !== 'announced') continue;
          expected.fill(0, from);
          expected.fill(outcome.version, from, days === null ? undefined : from + days);
        }
        for (const [number, version] of expected.entries()) {
          await expect(capOn(day(number)).then(([, found]) => found)).resolves.toBe(version);
        }
      }),
      { numRuns: 25 },
    );
  });
});
