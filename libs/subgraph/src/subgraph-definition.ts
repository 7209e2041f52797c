import type { RuleTable } from '@zhijia/access';
import type { EventContract } from '@zhijia/contracts';
import type { Reaction } from '@zhijia/messaging';
import type { Type } from '@nestjs/common';
import type { MigrationInterface } from 'typeorm';
import type { Job } from './job-runner.js';
import type { Figure } from './metrics/figure.js';

export type SubgraphName = 'members' | 'timebank' | 'evaluations' | 'benefits';

/** Everything that makes one service, in one place; `main.ts`, `worker.ts` and `migrate.ts` each run a part of it. */
export interface SubgraphDefinition {
  name: SubgraphName;
  /** The merged `schema.graphql`: what is served is the file that was reviewed. */
  schemaFile: URL;
  rules: RuleTable;
  module: Type;
  migrations: readonly (new () => MigrationInterface)[];
  /** Providers of `module` that answer events of others. */
  reactions: readonly Type<Reaction<EventContract>>[];
  /** Providers of `module` that run on a clock. */
  jobs: readonly Type<Job>[];
  /** The events this service owns: their topics are made at its start. */
  publishes: readonly EventContract[];
  /** What the metrics page tells of this service's data. */
  figures?: readonly Figure[];
}

/** Keeps the literal types of a definition while checking it. */
export function defineSubgraph<Definition extends SubgraphDefinition>(definition: Definition): Definition {
  return definition;
}
