import { Injectable } from '@nestjs/common';
import { row, rows } from '@zhijia/database';
import { DataSource } from 'typeorm';
import { agents } from '../access/members.permissions.js';

/** Long enough to fill in a form together, and over by the time the next person sits down. */
const lastsMinutes = 30;

/** For whom an agent acts at this moment. */
export interface LiveAgency {
  readonly id: string;
  readonly memberId: string;
  /** Where the member belongs. */
  readonly organisationId: string;
}

/** One time that an officer acted for a member, as the member sees it. */
export interface AgencyRow {
  readonly id: string;
  readonly officeNameZh: string;
  readonly begunAt: string;
  readonly endsAt: string;
}

/** The agent's office still reaches the member, and neither account nor membership ended. */
const reaches = `agent.status = 'ACTIVE' AND member.status = 'ACTIVE' AND agent.member_id IS DISTINCT FROM member.id
  AND office.ended_at IS NULL AND office.role = ANY($1) AND home.path <@ seat.path`;

/** Officers who act for members, each time with the member's own one-time code. */
@Injectable()
export class AgenciesStore {
  constructor(private readonly db: DataSource) {}

  /** Null where no office of the agent reaches the member; members do not act for themselves. */
  begin(agentAccountId: string, memberId: string, interactionHash: Buffer): Promise<{ id: string } | null> {
    return row(
      this.db,
      `INSERT INTO agency (agent_account_id, member_id, organisation_id, interaction_hash, begun_at, ends_at)
       SELECT agent.id, member.id, office.organisation_id, $4, clock.now, clock.now + make_interval(mins => $5)
       FROM account agent
       JOIN office ON office.account_id = agent.id JOIN organisation seat ON seat.id = office.organisation_id
       CROSS JOIN member JOIN organisation home ON home.id = member.organisation_id
       CROSS JOIN (SELECT zhijia_now() AS now) AS clock
       WHERE agent.id = $2 AND member.id = $3 AND ${reaches}
       ORDER BY seat.path DESC LIMIT 1
       ON CONFLICT (interaction_hash) DO UPDATE SET interaction_hash = excluded.interaction_hash RETURNING id`,
      [agents, agentAccountId, memberId, interactionHash, lastsMinutes],
    );
  }

  /** Null where a token of so many seconds would outlive it, and as soon as the agent's office no longer reaches the member. */
  findLive(agencyId: string, agentAccountId: string, tokenLivesSeconds: number): Promise<LiveAgency | null> {
    return row(
      this.db,
      `SELECT DISTINCT agency.id, member.id AS "memberId", member.organisation_id AS "organisationId"
       FROM agency JOIN account agent ON agent.id = agency.agent_account_id
       JOIN office ON office.account_id = agent.id JOIN organisation seat ON seat.id = office.organisation_id
       JOIN member ON member.id = agency.member_id JOIN organisation home ON home.id = member.organisation_id
       WHERE agency.id = $2 AND agent.id = $3 AND agency.ends_at >= zhijia_now() + make_interval(secs => $4)
         AND ${reaches}`,
      [agents, agencyId, agentAccountId, tokenLivesSeconds],
    );
  }

  /** The newest first. */
  ofMember(memberId: string, first: number): Promise<AgencyRow[]> {
    return rows(
      this.db,
      `SELECT agency.id, seat.name_zh AS "officeNameZh", begun_at AS "begunAt", ends_at AS "endsAt"
       FROM agency JOIN organisation seat ON seat.id = agency.organisation_id
       WHERE member_id = $1 ORDER BY begun_at DESC, agency.id LIMIT $2`,
      [memberId, first],
    );
  }
}
