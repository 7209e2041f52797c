import type { OnModuleDestroy } from '@nestjs/common';
import { openProbe, type Probe, type Queryable } from '@zhijia/database';
import type { SubgraphConfig } from './subgraph.config.js';

/** The connection behind health answers and the metrics page, closed with the application. */
export class DatabaseProbe implements Queryable, OnModuleDestroy {
  private readonly probe: Probe;

  constructor(service: string, config: Pick<SubgraphConfig, 'databaseUrl'>) {
    this.probe = openProbe({ url: config.databaseUrl, applicationName: `zhijia-${service}-probe` });
  }

  query(text: string, parameters?: unknown[]): Promise<unknown> {
    return this.probe.query(text, parameters);
  }

  onModuleDestroy(): Promise<void> {
    return this.probe.close();
  }
}
