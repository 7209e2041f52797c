import { Injectable } from '@nestjs/common';
import type { RoleGrant } from '@zhijia/access';
import { row, rows, type Queryable } from '@zhijia/database';
import { DataSource } from 'typeorm';

/** Who somebody is to the graph, at this moment. */
export interface Account {
  readonly id: string;
  /** The member this person is; null for staff who are none. */
  readonly memberId: string | null;
  readonly roles: readonly RoleGrant[];
}

/** Somebody who is reached under a telephone number. */
export interface Reachable {
  readonly memberId: string | null;
  readonly accountId: string | null;
  readonly fullNameSealed: Buffer;
}

/** Staff, sealed for the row with this id. */
export interface StaffAccount {
  readonly id: string;
  readonly fullNameSealed: Buffer;
  readonly phoneSealed: Buffer;
  readonly phoneIndex: Buffer;
}

const holdsNoMember = `account.member_id IS NULL`;

/** Accounts and the offices that their holders have. */
@Injectable()
export class AccountsStore {
  constructor(private readonly db: DataSource) {}

  /** Null for who does not exist, is suspended, or is a member no more. */
  async find(id: string, db: Queryable = this.db): Promise<Account | null> {
    const found = await row<{ id: string; memberId: string | null; roles: RoleGrant[] }>(
      db,
      `SELECT account.id, account.member_id AS "memberId",
         coalesce((SELECT jsonb_agg(jsonb_build_object('role', role, 'organisationId', organisation_id) ORDER BY office.id)
           FROM office WHERE office.account_id = account.id AND ended_at IS NULL), '[]')
         || CASE WHEN member.id IS NULL THEN '[]'::jsonb
              ELSE jsonb_build_array(jsonb_build_object('role', 'member', 'organisationId', member.organisation_id)) END
         AS roles
       FROM account LEFT JOIN member ON member.id = account.member_id
       WHERE account.id = $1::uuid AND account.status = 'ACTIVE' AND (${holdsNoMember} OR member.status = 'ACTIVE')`,
      [id],
    );
    return found;
  }

  /** The member's name, sealed: for a page that says who is signed in. */
  async fullNameOf(memberId: string): Promise<Buffer> {
    const found = await row<{ fullNameSealed: Buffer }>(
      this.db,
      `SELECT full_name_sealed AS "fullNameSealed" FROM member WHERE id = $1`,
      [memberId],
    );
    if (found === null) throw new Error("An account's member stands in the register");
    return found.fullNameSealed;
  }

  /** Everybody who may sign in under a number: a family often shares one telephone. */
  async reachableUnder(phoneIndex: Buffer): Promise<Reachable[]> {
    return rows(
      this.db,
      `SELECT member.id AS "memberId", account.id AS "accountId", member.full_name_sealed AS "fullNameSealed"
       FROM member LEFT JOIN account ON account.member_id = member.id
       WHERE member.phone_index = $1 AND member.status = 'ACTIVE' AND coalesce(account.status, 'ACTIVE') = 'ACTIVE'
       UNION ALL
       SELECT NULL, account.id, account.full_name_sealed FROM account
       WHERE account.phone_index = $1 AND account.status = 'ACTIVE'
       ORDER BY "memberId", "accountId"`,
      [phoneIndex],
    );
  }

  /** The member's account, opened at the first sign-in. */
  async openForMember(db: Queryable, memberId: string): Promise<string> {
    const opened = await row<{ id: string }>(
      db,
      `INSERT INTO account (member_id) VALUES ($1::uuid)
       ON CONFLICT (member_id) DO UPDATE SET member_id = excluded.member_id RETURNING id`,
      [memberId],
    );
    if (opened === null) throw new Error('An account that is written is there');
    return opened.id;
  }

  /** The account of staff who are no members; one with this telephone already is theirs. */
  async openForStaff(db: Queryable, staff: StaffAccount): Promise<string> {
    const opened = await row<{ id: string }>(
      db,
      `INSERT INTO account (id, full_name_sealed, phone_sealed, phone_index) VALUES ($1, $2, $3, $4)
       ON CONFLICT (phone_index) DO UPDATE SET phone_index = excluded.phone_index RETURNING id`,
      [staff.id, staff.fullNameSealed, staff.phoneSealed, staff.phoneIndex],
    );
    if (opened === null) throw new Error('An account that is written is there');
    return opened.id;
  }

  /** Whoever has this number on their card, while they are a member. */
  async findMemberNumbered(db: Queryable, memberNumber: string): Promise<string | null> {
    const found = await row<{ id: string }>(
      db,
      `SELECT id FROM member WHERE member_number = $1 AND status = 'ACTIVE'`,
      [memberNumber],
    );
    return found?.id ?? null;
  }

  /** The account of a member with this number on their card, whatever has become of them. */
  async findIdOfMember(memberNumber: string): Promise<string | null> {
    const found = await row<{ id: string }>(
      this.db,
      `SELECT account.id FROM account JOIN member ON member.id = account.member_id WHERE member.member_number = $1`,
      [memberNumber],
    );
    return found?.id ?? null;
  }

  /** The account of staff with this telephone. */
  async findIdOfStaff(phoneIndex: Buffer): Promise<string | null> {
    const found = await row<{ id: string }>(this.db, `SELECT id FROM account WHERE phone_index = $1`, [phoneIndex]);
    return found?.id ?? null;
  }
}
