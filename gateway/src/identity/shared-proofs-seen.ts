import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { SeenProofs } from './proofs-seen.js';

const prefix = 'zhijia:proof:';

/** Which proofs came lately to any of the gateways that share one Redis. It forgets each by itself. */
export class SharedProofsSeen implements SeenProofs {
  constructor(
    private readonly redis: Pick<Redis, 'set'>,
    private readonly windowMs: number,
  ) {}

  /**
   * One command, so that two gateways are never told the same.
   *
   * @throws whatever keeps Redis from answering: a proof that cannot be looked up is not accepted
   */
  async isFirst(id: string): Promise<boolean> {
    // Clients choose ids; a key of ours has one length.
    const key = prefix + createHash('sha256').update(id).digest('base64url');
    return (await this.redis.set(key, '1', 'PX', this.windowMs, 'NX')) === 'OK';
  }
}
