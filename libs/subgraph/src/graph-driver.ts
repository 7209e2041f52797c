import { Inject, Injectable } from '@nestjs/common';
import { AbstractGraphQLDriver, GraphQLFederationFactory, type GqlModuleOptions } from '@nestjs/graphql';
import type { Log } from '@zhijia/logging';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { formatErrorWith } from './format-error.js';
import { openGraphDoor } from './graph-door.js';
import { ServiceMetrics } from './metrics/service-metrics.js';
import { LOG } from './tokens.js';

/** Nest makes the schema of a subgraph from its file and its resolvers; our own door serves it. */
@Injectable()
export class GraphDriver extends AbstractGraphQLDriver {
  constructor(
    private readonly schemas: GraphQLFederationFactory,
    private readonly metrics: ServiceMetrics,
    @Inject(LOG) private readonly log: Log,
  ) {
    super();
  }

  override generateSchema(options: GqlModuleOptions): Promise<GraphQLSchema> {
    return this.schemas.generateSchema(options);
  }

  async start({ schema }: GqlModuleOptions): Promise<void> {
    if (schema === undefined) throw new Error('Nest made no schema');
    const server = this.httpAdapterHost.httpAdapter.getInstance<FastifyInstance>();
    openGraphDoor(server, schema, formatErrorWith(this.log, this.metrics));
  }

  /** The door closes with the server that it is part of. */
  async stop(): Promise<void> {}
}
