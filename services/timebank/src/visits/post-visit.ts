import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { visitPosted } from '@zhijia/contracts';
import { IdempotencyStore, inTransaction } from '@zhijia/database';
import { LedgerStore } from '@zhijia/ledger';
import { Outbox } from '@zhijia/messaging';
import { accountCap, fraudLimits, PolicyStore } from '@zhijia/policy';
import { isUuid, SUBGRAPH_CONFIG } from '@zhijia/subgraph';
import { DataSource, type EntityManager } from 'typeorm';
import type { VisitKind } from '../graphql.types.js';
import { planVisit, wholeDaysOf, type VisitRefusal, type VisitRequest } from '../rules/plan-visit.js';
import { issuanceAccountOf } from '../rules/time-accounts.js';
import type { TimebankConfig } from '../timebank.config.js';
import { VisitsStore, type VisitSurroundings } from './visits.store.js';

export interface PostVisitRequest extends VisitRequest {
  readonly kind: VisitKind;
}

type Posting =
  { readonly kind: 'posted'; readonly visitId: string } | { readonly kind: 'depositorNotFound' } | VisitRefusal;

export type PostVisitOutcome =
  | { readonly kind: 'posted'; readonly visitId: string; readonly isReplayed: boolean }
  | Exclude<Posting, { kind: 'posted' }>
  | { readonly kind: 'keyReused' };

/**
 * Posts the minutes of a visit from the organisation's issuance to the depositor, once per key. The account is locked
 * before its visits are read, so that two postings at once see each other: limits hold whoever comes first.
 */
@Injectable()
export class PostVisit {
  constructor(
    private readonly db: DataSource,
    private readonly visits: VisitsStore,
    private readonly ledger: LedgerStore,
    private readonly policies: PolicyStore,
    private readonly idempotency: IdempotencyStore,
    private readonly outbox: Outbox,
    @Inject(SUBGRAPH_CONFIG) private readonly config: TimebankConfig,
  ) {}

  async run(request: PostVisitRequest, viewer: Viewer, key: string): Promise<PostVisitOutcome> {
    if (!isUuid(request.depositorMemberId)) return { kind: 'depositorNotFound' };
    if (request.servedMemberId !== null && !isUuid(request.servedMemberId)) {
      return { kind: 'visitInvalid', problem: 'servedUnknown' };
    }
    const once = await inTransaction(this.db, (tx) =>
      this.idempotency.once<Posting>(
        tx,
        { scope: viewer.scopeOf('postVisit'), key, input: request },
        () => this.post(tx, request, viewer),
        (posting) => posting.kind === 'posted',
      ),
    );
    if (once.kind === 'keyReused') return once;
    if (once.outcome.kind !== 'posted') return once.outcome;
    return { ...once.outcome, isReplayed: once.kind === 'replayed' };
  }

  private async post(tx: EntityManager, request: PostVisitRequest, viewer: Viewer): Promise<Posting> {
    const { depositorMemberId, servedMemberId } = request;
    const found = await this.visits.findSurroundings(tx, depositorMemberId, servedMemberId, viewer);
    if (found === null) return { kind: 'depositorNotFound' };
    const cap = await this.policies.inForce(tx, this.config.policyRegion, accountCap);
    const limits = await this.policies.inForce(tx, this.config.policyRegion, fraudLimits);

    const [issuance] = await this.ledger.openAccounts(tx, [issuanceAccountOf(found.organisationId)]);
    if (issuance === undefined) throw new Error('The issuance account was not opened');
    const locked = await this.ledger.lockAccounts(tx, [found.accountId, issuance.id]);
    const account = locked.find((one) => one.id === found.accountId);
    if (account === undefined) throw new Error('A time account is not in the ledger');
    const plan = planVisit(request, {
      ...found,
      postingMemberId: viewer.memberId,
      accountStatus: account.status,
      balanceMinutes: account.balanceUnits,
      visits: await this.visits.listPosted(tx, account.id, wholeDaysOf(request)),
      policies: { ...cap.value, ...limits.value },
    });
    if (plan.kind !== 'post') return plan;

    const transferId = await this.transfer(tx, request, plan.minutes, found, issuance.id);
    const postedAt = await this.visits.insert(tx, {
      ...request,
      id: found.visitId,
      accountId: account.id,
      minutes: plan.minutes,
      allowsOverlap: limits.value.allowsOverlap,
      policyVersions: { [cap.key]: cap.version, [limits.key]: limits.version },
      transferId,
      postedBy: `${viewer.issuer} ${viewer.subject}`,
    });
    await this.outbox.add(tx, visitPosted, transferId, {
      transferId,
      visitId: found.visitId,
      accountId: account.id,
      memberId: depositorMemberId,
      minutes: plan.minutes,
      postedAt,
    });
    return { kind: 'posted', visitId: found.visitId };
  }

  private async transfer(
    tx: EntityManager,
    request: PostVisitRequest,
    minutes: number,
    found: VisitSurroundings,
    issuanceAccountId: string,
  ): Promise<string> {
    const outcome = await this.ledger.postTransfer(tx, {
      book: 'MINUTES',
      fromAccountId: issuanceAccountId,
      toAccountId: found.accountId,
      units: minutes,
      kind: 'VISIT_DEPOSIT',
      reason: '服务存入',
      reference: `visit:${found.visitId}`,
      occurredAt: new Date(request.endMinute * 60_000).toISOString(),
    });
    // The plan has seen both accounts under the same lock.
    if (outcome.kind !== 'posted') throw new Error(`A planned visit cannot be posted: ${outcome.kind}`);
    return outcome.transferId;
  }
}
