import { Args, Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import {
  connectionOf,
  pageSize,
  readCursor,
  RequestLoaders,
  type Connection,
  type PageArguments,
} from '@zhijia/subgraph';
import { CellsLoader, TargetResultsLoader } from './results.loaders.js';
import {
  ResultsStore,
  type CampaignResults,
  type CellDistribution,
  type ResultStratum,
  type TargetResult,
} from './results.store.js';

@Resolver('CampaignResults')
export class ResultsResolver {
  constructor(
    private readonly targetsLoader: TargetResultsLoader,
    private readonly results: ResultsStore,
  ) {}

  @ResolveField('targets')
  async targets(
    @Parent() results: CampaignResults,
    @Context('loaders') loaders: RequestLoaders,
  ): Promise<readonly TargetResult[]> {
    return (await loaders.load(this.targetsLoader, results.campaignId)) ?? [];
  }

  @ResolveField('strata')
  strata(@Parent() results: CampaignResults): Promise<readonly ResultStratum[]> {
    return this.results.listStrata(results.campaignId);
  }
}

@Resolver('TargetResult')
export class TargetResultResolver {
  constructor(private readonly cellsLoader: CellsLoader) {}

  @ResolveField('byCell')
  async byCell(
    @Parent() result: TargetResult,
    @Args() args: PageArguments,
    @Context('loaders') loaders: RequestLoaders,
  ): Promise<Connection<CellDistribution>> {
    const limit = pageSize(args, { usual: 50, most: 200 });
    const after = readCursor(args, isPosition) ?? -1;
    const { campaignId, target } = result;
    const cells = await loaders.load(this.cellsLoader, { campaignId, targetId: target.id, after, limit });
    return connectionOf(cells ?? [], limit, args, (cell) => cell.position);
  }
}

function isPosition(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
