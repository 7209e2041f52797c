import { execute, row, type Queryable } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import type { Policy } from './define-policy.js';
import { regionPath } from './region-path.js';

/** What holds, and what a decision stores about it: region, key and version name one row for ever. */
export interface PolicyInForce<Value> {
  readonly key: string;
  readonly value: Value;
  /** 0 when nobody announced anything and the catalogue's default holds. */
  readonly version: number;
  /** Whose rule it is: the region asked for or one above it; null for the catalogue's default. */
  readonly region: string | null;
  /** The document behind it; `default` for the catalogue's default. */
  readonly source: string;
}

export interface Announcement<Value> {
  readonly region: string;
  readonly value: Value;
  /** The first day on which it holds, `YYYY-MM-DD` in Shanghai. */
  readonly effectiveFrom: string;
  /** The first day on which it no longer holds; absent means until the next version. */
  readonly effectiveTo?: string;
  /** The document that decided it. */
  readonly source: string;
  readonly approvedBy?: string;
}

export type AnnouncePolicyOutcome =
  | { readonly kind: 'announced'; readonly version: number }
  /** The value does not fit the policy; the problems name members, not what stood in them. */
  | { readonly kind: 'invalidValue'; readonly problems: readonly string[] }
  /** It would end before it holds for a day. */
  | { readonly kind: 'endsBeforeItBegins' }
  /** It would rewrite days that are over, or begin before the version it follows. */
  | { readonly kind: 'beginsTooEarly'; readonly earliestDate: string };

/** A stored value does not fit the schema of this release: somebody must announce a new version. */
export class PolicyValueInvalid extends Error {
  constructor(
    readonly region: string,
    readonly key: string,
    readonly version: number,
    problems: readonly string[],
  ) {
    super(`Policy ${key} of ${region}, version ${version}, does not fit its schema: ${problems.join('; ')}`);
    this.name = 'PolicyValueInvalid';
  }
}

interface PolicyRow {
  region: string;
  version: number;
  value: unknown;
  source: string;
}

interface LatestVersionRow {
  version: number;
  earliestNextDate: string;
}

/** The rules in force, by region and date. Versions are only ever added, and what held yesterday stays so. */
export class PolicyStore {
  /**
   * The rule for a region on a date: the nearest region on the way up to the country that has one in force, else the
   * catalogue's default as version 0.
   *
   * @param region such as `CN/44/07`
   * @param onDate `YYYY-MM-DD` in Shanghai; today by the database's clock when absent
   * @throws PolicyValueInvalid when the stored value does not fit: a default in its place would be another rule
   * @throws RangeError for a malformed region
   */
  async inForce<Schema extends z.ZodType>(
    db: Queryable,
    region: string,
    policy: Policy<Schema>,
    onDate?: string,
  ): Promise<PolicyInForce<z.output<Schema>>> {
    const found = await row<PolicyRow>(
      db,
      `SELECT region, version, value, source
         FROM policy
        WHERE key = $1 AND region = ANY ($2)
          AND daterange(effective_from, effective_to, '[)') @> coalesce($3::date, zhijia_today())
        ORDER BY length(region) DESC
        LIMIT 1`,
      [policy.key, regionPath(region), onDate ?? null],
    );
    if (found === null) {
      const value = policy.schema.parse(policy.default);
      return { key: policy.key, value, version: 0, region: null, source: 'default' };
    }
    const parsed = policy.schema.safeParse(found.value);
    if (!parsed.success) {
      throw new PolicyValueInvalid(found.region, policy.key, found.version, problemsOf(parsed.error));
    }
    return { key: policy.key, value: parsed.data, version: found.version, region: found.region, source: found.source };
  }

  /**
   * Adds the next version of a region's rule and ends the one before it on the day this one begins. It begins today
   * or later, and not before the version it follows; on the same day it replaces that one whole. Only a first version
   * may begin in the past: it records a rule that was there before this product.
   *
   * @throws RangeError for a malformed region
   */
  async announce<Schema extends z.ZodType>(
    tx: EntityManager,
    policy: Policy<Schema>,
    announcement: Announcement<z.output<Schema>>,
  ): Promise<AnnouncePolicyOutcome> {
    const { region, effectiveFrom, effectiveTo } = announcement;
    regionPath(region);
    const parsed = policy.schema.safeParse(announcement.value);
    if (!parsed.success) return { kind: 'invalidValue', problems: problemsOf(parsed.error) };
    if (effectiveTo !== undefined && effectiveTo <= effectiveFrom) return { kind: 'endsBeforeItBegins' };

    const latest = await this.lockLatestVersion(tx, region, policy.key);
    if (latest !== null && effectiveFrom < latest.earliestNextDate) {
      return { kind: 'beginsTooEarly', earliestDate: latest.earliestNextDate };
    }
    await execute(
      tx,
      `UPDATE policy SET effective_to = $3
        WHERE region = $1 AND key = $2 AND (effective_to IS NULL OR effective_to > $3)`,
      [region, policy.key, effectiveFrom],
    );
    const version = (latest?.version ?? 0) + 1;
    await execute(
      tx,
      `INSERT INTO policy (region, key, version, value, effective_from, effective_to, source, approved_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        region,
        policy.key,
        version,
        JSON.stringify(parsed.data),
        effectiveFrom,
        effectiveTo ?? null,
        announcement.source,
        announcement.approvedBy ?? null,
      ],
    );
    return { kind: 'announced', version };
  }

  private async lockLatestVersion(tx: EntityManager, region: string, key: string): Promise<LatestVersionRow | null> {
    // Two first announcements have no row to wait on: the lock is on the name.
    await execute(tx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [`policy ${region} ${key}`]);
    return row<LatestVersionRow>(
      tx,
      `SELECT version, greatest(effective_from, zhijia_today()) AS "earliestNextDate"
         FROM policy
        WHERE region = $1 AND key = $2
        ORDER BY version DESC
        LIMIT 1`,
      [region, key],
    );
  }
}

function problemsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${issue.path.join('.') || 'value'}: ${issue.message}`);
}
