import { randomUUID } from 'node:crypto';
import type { Audience, RoleName, Viewer } from '@zhijia/access';
import { memberRegistered, organisationChanged } from '@zhijia/contracts';
import { row } from '@zhijia/database';
import { LedgerStore } from '@zhijia/ledger';
import { aMemberState, anOrganisationState, aViewer } from '@zhijia/testing';
import { bootSubgraph, type BootedSubgraph } from '@zhijia/testing/subgraph';
import { depositorAccountOf } from '../src/rules/time-accounts.js';
import { timebankSubgraph } from '../src/timebank.subgraph.js';
import { PostVisit, type PostVisitOutcome, type PostVisitRequest } from '../src/visits/post-visit.js';

export interface Organisation {
  readonly organisationId: string;
  readonly path: string;
}

/** The timebank on a database of its own, with the things its tests begin from. */
export class TimebankBench {
  readonly ledger = new LedgerStore();
  private pathLabel = 0;

  private constructor(readonly service: BootedSubgraph) {}

  static async open(config: Readonly<Record<string, unknown>> = {}): Promise<TimebankBench> {
    return new TimebankBench(await bootSubgraph(timebankSubgraph, { config }));
  }

  get db() {
    return this.service.db;
  }

  close(): Promise<void> {
    return this.service.close();
  }

  /** An organisation below another, or a root of its own. */
  async anOrganisation(parent: Organisation | null = null): Promise<Organisation> {
    this.pathLabel += 1;
    const path = parent === null ? String(this.pathLabel) : `${parent.path}.${this.pathLabel}`;
    const state = anOrganisationState(path, { parentId: parent?.organisationId ?? null });
    await this.service.deliver(organisationChanged, [state]);
    return state;
  }

  /** A member with an account; answers their id. */
  async aDepositor(organisation: Organisation): Promise<string> {
    const state = aMemberState(organisation.organisationId);
    await this.service.deliver(memberRegistered, [state]);
    return state.memberId;
  }

  async accountOf(memberId: string): Promise<{ id: string; balanceUnits: number }> {
    const [account = null] = await this.ledger.findAccounts(this.db, [depositorAccountOf(memberId)]);
    if (account === null) throw new Error('No account');
    return account;
  }

  async balanceOf(memberId: string): Promise<number> {
    return (await this.accountOf(memberId)).balanceUnits;
  }

  postVisit(viewer: Viewer, request: PostVisitRequest, key: string = randomUUID()): Promise<PostVisitOutcome> {
    return this.service.app.get(PostVisit, { strict: false }).run(request, viewer, key);
  }

  async count(table: 'visit' | 'outbox' | 'ledger_transfer' | 'idempotency_record'): Promise<number> {
    const found = await row<{ count: number }>(this.db, `SELECT count(*) AS count FROM ${table}`);
    return found?.count ?? 0;
  }
}

/** 00:00 in Shanghai of the day before yesterday, in minutes since 1970. */
const midnight = Math.floor(Date.now() / 86_400_000 - 2) * 1_440 - 480;

export function at(hours: number, minutes = 0): number {
  return midnight + hours * 60 + minutes;
}

export function instantAt(hours: number, minutes = 0): string {
  return new Date(at(hours, minutes) * 60_000).toISOString();
}

export function aVisit(depositorMemberId: string, fromHour: number, toHour: number): PostVisitRequest {
  return {
    depositorMemberId,
    servedMemberId: null,
    kind: 'COMPANIONSHIP',
    startMinute: at(fromHour),
    endMinute: at(toHour),
    note: null,
  };
}

export function anOfficer(
  { organisationId, path }: Organisation,
  role: RoleName = 'secretary',
  audience: Audience = 'dashboard',
): Viewer {
  return aViewer({ subject: `${role}-of-${path}`, audience, roles: [{ role, organisationId }] });
}
