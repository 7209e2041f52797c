import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import { connectionOf, pageSize, readCursor, type Connection } from '@zhijia/subgraph';
import { GraphQLError } from 'graphql';
import { DataSource } from 'typeorm';
import type * as Graph from '../graphql.types.js';
import { isUuid } from '../organisations/organisations.store.js';
import { reasonsOf, type Reasons } from '../rules/import-problem.js';
import { ImportMembers } from './import-members.js';
import { ImportOrganisations } from './import-organisations.js';
import { ImportRunsStore, type ImportErrorRow, type ImportRunRow } from './import-runs.store.js';
import { sourceFromBytes } from './import-source.js';
import { refusalAnswer, type ImportRefusalAnswer } from './import.refusals.js';
import type { ImportOutcome, ImportRequest } from './run-import.js';
import { errorReportLines, errorReportStart } from './write-error-report.js';

/** Larger files go in process: `npm run import`. */
const largestBytes = 1_000_000;
const mostReportedErrors = 10_000;

@Resolver('ImportRun')
export class ImportResolver {
  constructor(
    private readonly db: DataSource,
    private readonly importOrganisations: ImportOrganisations,
    private readonly importMembers: ImportMembers,
    private readonly runs: ImportRunsStore,
  ) {}

  @Mutation('importOrganisations')
  async organisations(
    @Args('input') input: Graph.ImportOrganisationsInput,
    @Context('viewer') viewer: Viewer,
  ): Promise<Imported | ImportRefusalAnswer> {
    return answer('OrganisationsImported', await this.importOrganisations.run(requestOf(input, viewer)));
  }

  @Mutation('importMembers')
  async members(
    @Args('input') input: Graph.ImportMembersInput,
    @Context('viewer') viewer: Viewer,
  ): Promise<Imported | ImportRefusalAnswer> {
    return answer('MembersImported', await this.importMembers.run(requestOf(input, viewer)));
  }

  @Query('importRun')
  async importRun(@Args('id') id: string, @Context('viewer') viewer: Viewer): Promise<ImportRunRow | null> {
    return isUuid(id) ? this.runs.findFor(this.db, id, nameOf(viewer), reachOf(viewer)) : null;
  }

  @ResolveField('errors')
  async errors(
    @Parent() run: ImportRunRow,
    @Args() args: Graph.ImportRunErrorsArgs,
  ): Promise<Connection<ImportErrorRow & Reasons>> {
    const size = pageSize(args, { usual: 100, most: 500 });
    const found = await this.runs.listErrors(this.db, run.id, readCursor(args, isErrorPlace), size + 1);
    const told = found.map((error) => ({ ...error, ...reasonsOf(error) }));
    return connectionOf(told, size, args, ({ lineNumber, ordinal }) => ({ lineNumber, ordinal }));
  }

  @ResolveField('errorReportCsv')
  async errorReportCsv(@Parent() run: ImportRunRow): Promise<string> {
    return errorReportStart + errorReportLines(await this.runs.listErrors(this.db, run.id, null, mostReportedErrors));
  }
}

interface Imported {
  readonly __typename: 'OrganisationsImported' | 'MembersImported';
  readonly run: ImportRunRow;
}

function answer(__typename: Imported['__typename'], outcome: ImportOutcome): Imported | ImportRefusalAnswer {
  // Nobody asks a mutation to stop halfway, so `brokenOff` is the run as it stands.
  if (outcome.kind === 'imported' || outcome.kind === 'brokenOff') return { __typename, run: outcome.run };
  return refusalAnswer(outcome);
}

function requestOf(input: Graph.ImportMembersInput | Graph.ImportOrganisationsInput, viewer: Viewer): ImportRequest {
  return {
    source: sourceFromBytes(bytesOf(input)),
    importer: { name: nameOf(viewer), reach: reachOf(viewer) },
    isDryRun: input.dryRun ?? false,
    largestBytes,
  };
}

function bytesOf({ csvText, csvBase64 }: { csvText?: string | null; csvBase64?: string | null }): Buffer {
  if (typeof csvText === 'string' && typeof csvBase64 !== 'string') return Buffer.from(csvText, 'utf8');
  if (typeof csvBase64 === 'string' && typeof csvText !== 'string') return Buffer.from(csvBase64, 'base64');
  throw new GraphQLError('Give one of csvText and csvBase64', { extensions: { code: 'BAD_USER_INPUT' } });
}

function nameOf(viewer: Viewer): string {
  return `${viewer.issuer} ${viewer.subject}`;
}

function reachOf(viewer: Viewer): string[] {
  return viewer.organisationsOf('administrator').filter(isUuid).sort();
}

interface ErrorPlace {
  readonly lineNumber: number;
  readonly ordinal: number;
}

function isErrorPlace(value: unknown): value is ErrorPlace {
  const place = value as Partial<ErrorPlace> | null;
  return Number.isSafeInteger(place?.lineNumber) && Number.isSafeInteger(place?.ordinal);
}
