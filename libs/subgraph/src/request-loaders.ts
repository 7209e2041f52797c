import type { Viewer } from '@zhijia/access';
import DataLoader from 'dataloader';
import { tryAgain } from './format-error.js';

/** Answers many keys in one query: rows in the order of the keys, null where unknown or refused. */
export interface BatchLoader<Key, Row> {
  loadAll(keys: readonly Key[], viewer: Viewer): Promise<readonly (Row | null)[]>;
}

/** The DataLoaders of one request: one query per type and request, and nothing remembered beyond it. */
export class RequestLoaders {
  private readonly loaders = new Map<object, DataLoader<unknown, unknown>>();

  /** @param deadlineAt on the clock of `performance.now()`: nobody waits for what is read later */
  constructor(
    private readonly viewer: Viewer,
    private readonly deadlineAt = Infinity,
  ) {}

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
      loader = new DataLoader(
        async (keys) => {
          if (performance.now() > this.deadlineAt) throw tryAgain();
          return batch.loadAll(keys, this.viewer);
        },
        { maxBatchSize: 1_000 },
      );
      this.loaders.set(batch, loader);
    }
    return loader;
  }
}
