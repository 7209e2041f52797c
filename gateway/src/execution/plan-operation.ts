import { operationFromDocument, type Schema, type Supergraph } from '@apollo/federation-internals';
import { QueryPlanner, type QueryPlan } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';

/** Plans operations over one supergraph. Planning is synchronous: what would take long is refused before it comes here. */
export class OperationPlanner {
  private readonly planner: QueryPlanner;
  private readonly apiSchema: Schema;

  constructor(supergraph: Supergraph) {
    this.planner = new QueryPlanner(supergraph, plannerConfig);
    this.apiSchema = supergraph.apiSchema();
  }

  plan(document: DocumentNode, operationName: string | undefined): QueryPlan {
    return this.planner.buildQueryPlan(
      operationFromDocument(this.apiSchema, document, operationName === undefined ? {} : { operationName }),
    );
  }
}

/**
 * An operation with very many possible plans is planned well enough within these, and never for seconds. To use a
 * client's fragments again in fetches takes longer the more of them there are, and saves some bytes.
 */
export const plannerConfig = {
  reuseQueryFragments: false,
  debug: { maxEvaluatedPlans: 1_000, pathsLimit: 1_000 },
};
