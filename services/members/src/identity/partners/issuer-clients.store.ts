import { execute, row } from '@zhijia/database';
import type { ClientMetadata } from 'oidc-provider';
import type { DataSource } from 'typeorm';

interface ClientRow {
  readonly metadata: ClientMetadata;
  readonly organisationId: string | null;
}

/** A registered client, with what is ours: the partner whose server it is. */
export type RegisteredClient = ClientMetadata & { readonly organisation_id?: string };

/** Applications of the federation and servers of partners, as they are registered. */
export class IssuerClientsStore {
  constructor(private readonly db: DataSource) {}

  async find(id: string): Promise<RegisteredClient | undefined> {
    const found = await row<ClientRow>(
      this.db,
      `SELECT metadata, organisation_id AS "organisationId" FROM issuer_client WHERE id = $1`,
      [id],
    );
    if (found === null) return undefined;
    return {
      ...found.metadata,
      client_id: id,
      ...(found.organisationId === null ? {} : { organisation_id: found.organisationId }),
    };
  }

  /** Registers a client, or changes how it is registered: keys, addresses. */
  async put(metadata: ClientMetadata, organisationId: string | null): Promise<void> {
    const { client_id: id, ...facts } = metadata;
    await execute(
      this.db,
      `INSERT INTO issuer_client (id, metadata, organisation_id) VALUES ($1, $2, $3)
       ON CONFLICT (id) DO UPDATE SET metadata = excluded.metadata, organisation_id = excluded.organisation_id`,
      [id, JSON.stringify(facts), organisationId],
    );
  }
}
