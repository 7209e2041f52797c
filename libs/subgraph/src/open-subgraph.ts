import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { EventContract } from '@zhijia/contracts';
import { createLog } from '@zhijia/logging';
import { DeadLetters, type Reaction } from '@zhijia/messaging';
import { DataSource } from 'typeorm';
import { nestLogger } from './nest-logger.js';
import type { SubgraphConfig } from './subgraph.config.js';
import type { SubgraphDefinition } from './subgraph-definition.js';
import { SubgraphModule } from './subgraph.module.js';

export interface OpenSubgraph {
  /** Its use cases and stores, by class. */
  app: INestApplicationContext;
  deadLetters: DeadLetters;
  close(): Promise<void>;
}

/** One service's use cases in this process, without graph or worker: for commands such as `npm run import`. */
export async function openSubgraph(definition: SubgraphDefinition, config: SubgraphConfig): Promise<OpenSubgraph> {
  const log = createLog({ service: `${definition.name}-command`, level: config.logLevel });
  const app = await NestFactory.createApplicationContext(SubgraphModule.working(definition, config, log), {
    logger: nestLogger(log),
    abortOnError: false,
  });
  const db = app.get(DataSource);
  const reactions = definition.reactions.map((reaction): Reaction<EventContract> =>
    app.get(reaction, { strict: false }),
  );
  return {
    app,
    deadLetters: new DeadLetters({ db, reactions, deadLetterKey: config.deadLetterKey, log }),
    close: async () => {
      await app.close();
      if (db.isInitialized) await db.destroy();
    },
  };
}
