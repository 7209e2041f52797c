import type { Queryable } from '@zhijia/database';

export interface Reading {
  /** Of the figure's one label, if it has one. */
  readonly label?: string;
  readonly value: number;
}

/**
 * What an operator wants to know of one service's data: read when the metrics page is, at most every 15 seconds. The
 * query is answered from an index and counts to a bound; what it answers says nothing of a person.
 */
export interface Figure {
  /** By Prometheus' conventions, with the unit last: `zhijia_rectifications_overdue`. */
  readonly name: string;
  readonly help: string;
  /** Its values are a small closed set. */
  readonly labelName?: string;
  read(db: Queryable): Promise<readonly Reading[]>;
}
