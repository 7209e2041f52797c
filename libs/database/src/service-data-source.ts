import { DataSource, type DataSourceOptions } from 'typeorm';
import { LookupLines, type LookupLineOptions } from './lookup-lines.js';

/** TypeORM's data source with the lines for look-ups beside its pool; both close together. */
export class ServiceDataSource extends DataSource {
  readonly lookups: LookupLines;

  constructor(options: DataSourceOptions, lookups: LookupLineOptions) {
    super(options);
    this.lookups = new LookupLines(lookups);
  }

  /** Ends the statements that these processes run now, if they run any; it waits for no connection of the pool. */
  cancel(processIds: readonly number[]): Promise<unknown> {
    return this.lookups.rows('cancel_backends', 'SELECT pg_cancel_backend(id) FROM unnest($1::integer[]) AS id', [
      processIds,
    ]);
  }

  override async destroy(): Promise<void> {
    await this.lookups.close();
    await super.destroy();
  }
}
