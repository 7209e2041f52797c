import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import {
  connectionOf,
  isUuid,
  pageSize,
  readCursor,
  RequestLoaders,
  ResolveReferences,
  type Connection,
} from '@zhijia/subgraph';
import type * as Graph from '../graphql.types.js';
import { OrganisationLoader } from '../organisations/organisation.loader.js';
import type { OrganisationRow } from '../organisations/organisations.store.js';
import {
  CampaignRectificationsLoader,
  RectificationEvidenceLoader,
  RectificationStepsLoader,
} from './rectification.loaders.js';
import { refusalOf, type RectificationRefusal } from './rectification.refusals.js';
import {
  RectificationsStore,
  type EvidenceRow,
  type OwedKeyset,
  type RectificationRow,
  type StepRow,
} from './rectifications.store.js';
import { TakeRectificationStep, type RectificationStepOutcome } from './take-rectification-step.js';

@Resolver('RectificationTask')
export class RectificationResolver {
  constructor(
    private readonly tasks: RectificationsStore,
    private readonly step: TakeRectificationStep,
    private readonly evidenceLoader: RectificationEvidenceLoader,
    private readonly stepsLoader: RectificationStepsLoader,
    private readonly organisationLoader: OrganisationLoader,
  ) {}

  @ResolveReferences('RectificationTask')
  references(references: readonly { id: string }[], viewer: Viewer): Promise<(RectificationRow | null)[]> {
    return this.tasks.byIds(
      references.map((reference) => reference.id),
      viewer,
    );
  }

  @Query('rectification')
  async one(@Args('id') id: string, @Context('viewer') viewer: Viewer): Promise<RectificationRow | null> {
    const [task] = await this.tasks.byIds([id], viewer);
    return task ?? null;
  }

  @Query('rectifications')
  async owed(
    @Args() args: Graph.QueryRectificationsArgs,
    @Context('viewer') viewer: Viewer,
  ): Promise<Connection<RectificationRow>> {
    const size = pageSize(args, { usual: 20, most: 100 });
    const filter = {
      organisationId: args.filter?.organisationId ?? null,
      states: args.filter?.states ?? null,
      isOverdue: args.filter?.isOverdue ?? false,
    };
    const found = await this.tasks.owed(filter, readCursor(args, isOwedKeyset), size, viewer);
    return connectionOf(found, size, args, ({ planDueAt, id }): OwedKeyset => ({ planDueAt, id }));
  }

  @Mutation('fileRectificationPlan')
  async filePlan(
    @Args('input') input: Graph.FileRectificationPlanInput,
    @Context('viewer') viewer: Viewer,
  ): Promise<Taken | RectificationRefusal> {
    const outcome = await this.step.filePlan(viewer, input.rectificationId, input.text);
    return this.answer(outcome, 'RectificationPlanFiled', viewer);
  }

  @Mutation('addRectificationEvidence')
  async addEvidence(
    @Args('input') input: Graph.AddRectificationEvidenceInput,
    @Context('viewer') viewer: Viewer,
  ): Promise<Taken | RectificationRefusal> {
    const outcome = await this.step.addEvidence(viewer, input.rectificationId, input.text);
    return this.answer(outcome, 'RectificationEvidenceAdded', viewer);
  }

  @Mutation('fileRectificationResult')
  async fileResult(
    @Args('input') input: Graph.FileRectificationResultInput,
    @Context('viewer') viewer: Viewer,
  ): Promise<Taken | RectificationRefusal> {
    const outcome = await this.step.fileResult(viewer, input.rectificationId, input.text);
    return this.answer(outcome, 'RectificationResultFiled', viewer);
  }

  @Mutation('publishRectification')
  async publish(
    @Args('input') input: Graph.PublishRectificationInput,
    @Context('viewer') viewer: Viewer,
  ): Promise<Taken | RectificationRefusal> {
    const outcome = await this.step.publish(viewer, input.rectificationId);
    return this.answer(outcome, 'RectificationPublished', viewer);
  }

  @ResolveField('campaign')
  campaign(@Parent() task: RectificationRow): { __typename: 'Campaign'; id: string } {
    return { __typename: 'Campaign', id: task.campaignId };
  }

  @ResolveField('organisation')
  organisation(
    @Parent() task: RectificationRow,
    @Context('loaders') loaders: RequestLoaders,
  ): Promise<OrganisationRow | null> {
    return loaders.load(this.organisationLoader, task.organisationId);
  }

  @ResolveField('escalatedTo')
  escalatedTo(
    @Parent() task: RectificationRow,
    @Context('loaders') loaders: RequestLoaders,
  ): Promise<OrganisationRow | null> | null {
    return task.escalatedToId === null ? null : loaders.load(this.organisationLoader, task.escalatedToId);
  }

  @ResolveField('evidence')
  evidence(
    @Parent() task: RectificationRow,
    @Context('loaders') loaders: RequestLoaders,
  ): Promise<EvidenceRow[] | null> {
    return loaders.load(this.evidenceLoader, task.id);
  }

  @ResolveField('steps')
  steps(@Parent() task: RectificationRow, @Context('loaders') loaders: RequestLoaders): Promise<StepRow[] | null> {
    return loaders.load(this.stepsLoader, task.id);
  }

  private async answer(
    outcome: RectificationStepOutcome,
    __typename: string,
    viewer: Viewer,
  ): Promise<Taken | RectificationRefusal> {
    if (outcome.kind !== 'taken') return refusalOf(outcome);
    const [rectification] = await this.tasks.byIds([outcome.rectificationId], viewer);
    return { __typename, rectification: rectification ?? null };
  }
}

interface Taken {
  __typename: string;
  rectification: RectificationRow | null;
}

@Resolver('Campaign')
export class CampaignRectificationsResolver {
  constructor(private readonly loader: CampaignRectificationsLoader) {}

  /** Owned by evaluations: whoever holds the reference may ask what follows from it. */
  @ResolveReferences('Campaign')
  references(references: readonly { id: string }[]): { id: string }[] {
    return references.map(({ id }) => ({ id }));
  }

  @ResolveField('rectifications')
  rectifications(
    @Parent() campaign: { id: string },
    @Context('loaders') loaders: RequestLoaders,
  ): Promise<RectificationRow[] | null> {
    return loaders.load(this.loader, campaign.id);
  }
}

function isOwedKeyset(value: unknown): value is OwedKeyset {
  const keyset = value as Partial<OwedKeyset> | null;
  return typeof keyset?.planDueAt === 'string' && isUuid(keyset.id);
}
