import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import {
  rectificationPlanFiled,
  rectificationPublished,
  rectificationResultFiled,
  type EventContract,
} from '@zhijia/contracts';
import { inTransaction } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { isUuid } from '@zhijia/subgraph';
import { DataSource, type EntityManager } from 'typeorm';
import {
  planRectificationStep,
  type RectificationState,
  type RectificationStep,
} from '../rules/plan-rectification-step.js';
import { RectificationChangesStore, type LockedRectification } from './rectification-changes.store.js';

export type RectificationStepOutcome =
  | { kind: 'taken'; rectificationId: string }
  | { kind: 'notFound' }
  | { kind: 'outOfTurn'; state: RectificationState }
  | { kind: 'textInvalid' };

const maxTextCharacters = 20_000;

/** What differs between the steps: who may, what is written, what is told. */
interface StepWork {
  step: RectificationStep;
  history: 'PLAN_FILED' | 'EVIDENCE_ADDED' | 'RESULT_FILED' | 'PUBLISHED';
  may(task: LockedRectification): boolean;
  apply(tx: EntityManager, task: LockedRectification, state: RectificationState): Promise<void>;
}

/** Moves a rectification on: plan, evidence, result, publication. One transaction each, the row locked first. */
@Injectable()
export class TakeRectificationStep {
  constructor(
    private readonly db: DataSource,
    private readonly tasks: RectificationChangesStore,
    private readonly outbox: Outbox,
  ) {}

  filePlan(viewer: Viewer, rectificationId: string, text: string): Promise<RectificationStepOutcome> {
    return this.withText(text, (plan) =>
      this.run(viewer, rectificationId, {
        step: 'FILE_PLAN',
        history: 'PLAN_FILED',
        may: (task) => task.mayFile,
        apply: async (tx, task, state) => {
          const filedAt = await this.tasks.filePlan(tx, task.id, plan, state);
          await this.tell(tx, rectificationPlanFiled, task, { filedAt });
        },
      }),
    );
  }

  addEvidence(viewer: Viewer, rectificationId: string, text: string): Promise<RectificationStepOutcome> {
    return this.withText(text, (evidence) =>
      this.run(viewer, rectificationId, {
        step: 'ADD_EVIDENCE',
        history: 'EVIDENCE_ADDED',
        may: (task) => task.mayFile,
        apply: (tx, task) => this.tasks.addEvidence(tx, task.id, evidence),
      }),
    );
  }

  fileResult(viewer: Viewer, rectificationId: string, text: string): Promise<RectificationStepOutcome> {
    return this.withText(text, (result) =>
      this.run(viewer, rectificationId, {
        step: 'FILE_RESULT',
        history: 'RESULT_FILED',
        may: (task) => task.mayFile,
        apply: async (tx, task, state) => {
          const filedAt = await this.tasks.fileResult(tx, task.id, result, state);
          await this.tell(tx, rectificationResultFiled, task, { filedAt });
        },
      }),
    );
  }

  publish(viewer: Viewer, rectificationId: string): Promise<RectificationStepOutcome> {
    return this.run(viewer, rectificationId, {
      step: 'PUBLISH',
      history: 'PUBLISHED',
      may: (task) => task.mayPublish,
      apply: async (tx, task, state) => {
        const publishedAt = await this.tasks.publish(tx, task.id, state);
        await this.tell(tx, rectificationPublished, task, { publishedAt });
      },
    });
  }

  private run(viewer: Viewer, rectificationId: string, work: StepWork): Promise<RectificationStepOutcome> {
    return inTransaction(this.db, async (tx): Promise<RectificationStepOutcome> => {
      const task = isUuid(rectificationId) ? await this.tasks.lock(tx, rectificationId, viewer) : null;
      if (task === null || !work.may(task)) return { kind: 'notFound' };
      const plan = planRectificationStep(task.state, work.step);
      if (plan.kind === 'outOfTurn') return plan;
      await work.apply(tx, task, plan.state);
      await this.tasks.noteSteps(
        tx,
        [{ rectificationId: task.id }],
        work.history,
        `${viewer.issuer} ${viewer.subject}`,
      );
      return { kind: 'taken', rectificationId: task.id };
    });
  }

  private async withText(
    text: string,
    take: (text: string) => Promise<RectificationStepOutcome>,
  ): Promise<RectificationStepOutcome> {
    const trimmed = text.trim();
    return trimmed.length === 0 || trimmed.length > maxTextCharacters ? { kind: 'textInvalid' } : take(trimmed);
  }

  private tell(
    tx: EntityManager,
    contract: EventContract,
    task: LockedRectification,
    more: Readonly<Record<string, string>>,
  ): Promise<void> {
    const { id: rectificationId, campaignId, targetId, organisationId } = task;
    return this.outbox.add(tx, contract, rectificationId, {
      rectificationId,
      campaignId,
      targetId,
      organisationId,
      ...more,
    });
  }
}
