import { errors, type Adapter, type AdapterPayload } from 'oidc-provider';
import type { IssuerClientsStore } from '../partners/issuer-clients.store.js';
import { AlreadyUsed, type IssuerRecordsStore } from './issuer-records.store.js';

/** What may come once in its life; `oidc-provider` looks before it writes, and two at once would both see nothing. */
const onceOnly = 'ReplayDetection';

/** `oidc-provider`'s door to PostgreSQL, one instance a model. */
export class IssuerAdapter implements Adapter {
  constructor(
    private readonly model: string,
    private readonly records: IssuerRecordsStore,
    private readonly clients: IssuerClientsStore,
  ) {}

  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    if (this.model !== onceOnly) return this.records.put(this.model, id, payload, expiresIn);
    if (!(await this.records.putOnce(this.model, id, expiresIn))) throw new errors.InvalidRequest('sent before (jti)');
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.model === 'Client' ? this.clients.find(id) : this.records.find(this.model, id);
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.records.findByUid(this.model, uid);
  }

  /** Belongs to the device flow, which is off. */
  async findByUserCode(): Promise<undefined> {
    return undefined;
  }

  async consume(id: string): Promise<void> {
    try {
      await this.records.consume(this.model, id);
    } catch (error) {
      throw error instanceof AlreadyUsed ? new errors.InvalidGrant(error.message) : error;
    }
  }

  async destroy(id: string): Promise<void> {
    await this.records.remove(this.model, id);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await this.records.removeGranted(grantId);
  }
}
