import { DataSource, type DataSourceOptions } from 'typeorm';
import { LookupLines, type LookupLineOptions } from './lookup-lines.js';

/** TypeORM's data source with the lines for look-ups beside its pool; both close together. */
export class ServiceDataSource extends DataSource {
  readonly lookups: LookupLines;

  constructor(options: DataSourceOptions, lookups: LookupLineOptions) {
    super(options);
    this.lookups = new LookupLines(lookups);
  }

  override async destroy(): Promise<void> {
    await this.lookups.close();
    await super.destroy();
  }
}
