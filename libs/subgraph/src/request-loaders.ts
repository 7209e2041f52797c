import type { Viewer } from '@zhijia/access';
import DataLoader from 'dataloader';

/** Answers many keys in one query: rows in the order of the keys, null where unknown or refused. */
export interface BatchLoader<Key, Row> {
  loadAll(keys: readonly Key[], viewer: Viewer): Promise<readonly (Row | null)[]>;
}

/** The DataLoaders of one request: one query per type and request, and nothing remembered beyond it. */
export class RequestLoaders {
  private readonly loaders = new Map<object, DataLoader<unknown, unknown>>();

  constructor(private readonly viewer: Viewer) {}

  load<Key, Row>(batch: BatchLoader<Key, Row>, key: Key): Promise<Row | null> {
    return this.loaderOf(batch).load(key);
  }

  /** Another read brought this row along: nobody asks for it again. */
  know<Key, Row>(batch: BatchLoader<Key, Row>, key: Key, row: Row): void {
    this.loaderOf(batch).prime(key, row);
  }

  private loaderOf<Key, Row>(batch: BatchLoader<Key, Row>): DataLoader<Key, Row | null> {
    let loader = this.loaders.get(batch) as DataLoader<Key, Row | null> | undefined;
    if (loader === undefined) {
      loader = new DataLoader((keys) => batch.loadAll(keys, this.viewer), { maxBatchSize: 1_000 });
      this.loaders.set(batch, loader);
    }
    return loader;
  }
}
