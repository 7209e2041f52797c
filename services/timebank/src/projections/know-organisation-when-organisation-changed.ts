import { Injectable } from '@nestjs/common';
import { organisationChanged } from '@zhijia/contracts';
import type { Reaction, ReceivedEvent } from '@zhijia/messaging';
import type { EntityManager } from 'typeorm';
import { ProjectionsStore, type OrganisationState } from './projections.store.js';

@Injectable()
export class KnowOrganisationWhenOrganisationChanged implements Reaction<typeof organisationChanged> {
  readonly name = 'know-organisation-when-organisation-changed';
  readonly contract = organisationChanged;

  constructor(private readonly projections: ProjectionsStore) {}

  /** Safe in any order: the version decides. */
  async handle(tx: EntityManager, events: readonly ReceivedEvent<OrganisationState>[]): Promise<void> {
    await this.projections.upsertOrganisations(
      tx,
      events.map((event) => event.payload),
    );
  }
}
