import { Args, Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import {
  connectionOf,
  pageSize,
  readCursor,
  RequestLoaders,
  type Connection,
  type PageArguments,
} from '@zhijia/subgraph';
import type { Campaign } from '../campaigns/campaign.row.js';
import { participationOf, type ParticipationGroup } from '../rules/merge-participation.js';
import { ElectorateGroups } from './electorate-groups.js';
import { ResultsLoader, TurnoutLoader } from './results.loaders.js';
import type { CampaignResults } from './results.store.js';
import { TurnoutsStore, type Turnout } from './turnouts.store.js';

interface Board {
  readonly url: string;
  readonly hash: string;
  readonly sizeBytes: number;
  readonly isAnnulled: boolean;
}

/** How a campaign comes out, and how it goes meanwhile. */
@Resolver('Campaign')
export class CampaignResultsResolver {
  constructor(
    private readonly resultsLoader: ResultsLoader,
    private readonly turnoutLoader: TurnoutLoader,
    private readonly turnouts: TurnoutsStore,
    private readonly groups: ElectorateGroups,
  ) {}

  @ResolveField('turnout')
  turnout(@Parent() campaign: Campaign, @Context('loaders') loaders: RequestLoaders): Promise<Turnout | null> {
    return loaders.load(this.turnoutLoader, campaign.id);
  }

  @ResolveField('results')
  results(@Parent() campaign: Campaign, @Context('loaders') loaders: RequestLoaders): Promise<CampaignResults | null> {
    return loaders.load(this.resultsLoader, campaign.id);
  }

  @ResolveField('board')
  async board(@Parent() campaign: Campaign, @Context('loaders') loaders: RequestLoaders): Promise<Board | null> {
    const results = await loaders.load(this.resultsLoader, campaign.id);
    if (results === null) return null;
    return {
      url: `/boards/${campaign.id}.ndjson`,
      hash: results.boardHash,
      sizeBytes: results.boardBytes,
      isAnnulled: results.isAnnulled,
    };
  }

  @ResolveField('participationByOrganisation')
  async participationByOrganisation(
    @Parent() campaign: Campaign,
    @Args() args: PageArguments,
    @Context('viewer') viewer: Viewer,
  ): Promise<Connection<ParticipationGroup> | null> {
    const size = pageSize(args, { usual: 50, most: 200 });
    const from = (readCursor(args, isPosition) ?? -1) + 1;
    const minimumCell = await this.turnouts.findMinimumCell(campaign.id, viewer);
    if (minimumCell === null) return null;
    const groups = await this.groups.of(campaign.id, minimumCell);
    const page = groups.slice(from, from + size + 1);
    const organisationIds = page.flatMap(({ members }) => members.map(({ organisationId }) => organisationId));
    const participants = await this.turnouts.countParticipants(campaign.id, organisationIds);
    const shown = page.map((group) => participationOf(group, participants));
    const positions = new Map(shown.map((group, index) => [group, from + index]));
    return connectionOf(shown, size, args, (group) => positions.get(group));
  }
}

function isPosition(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
