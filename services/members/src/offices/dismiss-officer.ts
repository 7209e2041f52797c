import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { inTransaction } from '@zhijia/database';
import { DataSource } from 'typeorm';
import { mayDismiss } from '../rules/plan-appointment.js';
import { OfficesStore } from './offices.store.js';

export type Dismissal = { kind: 'dismissed' } | { kind: 'officeNotFound' } | { kind: 'notTheirsToGive' };

/** Ends an office, in the name of an officer. It stays in the table, with who ended it. */
@Injectable()
export class DismissOfficer {
  constructor(
    private readonly db: DataSource,
    private readonly offices: OfficesStore,
  ) {}

  run(viewer: Viewer, officeId: string): Promise<Dismissal> {
    return inTransaction(this.db, async (tx) => {
      const office = await this.offices.lock(tx, officeId);
      if (office === null) return { kind: 'officeNotFound' };
      const isOneself = office.memberId !== null && office.memberId === viewer.memberId;
      const reaching = await this.offices.rolesReaching(tx, viewer, office.organisationId);
      if (reaching.length === 0 && !isOneself) return { kind: 'officeNotFound' };
      if (!mayDismiss(reaching, office.role, isOneself)) return { kind: 'notTheirsToGive' };
      await this.offices.end(tx, office.id, viewer.subject);
      return { kind: 'dismissed' };
    });
  }
}
