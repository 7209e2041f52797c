import { Controller, Get, Header, HttpCode, HttpException, Inject } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { metricsPage } from './metrics-page.js';
import { WORKER_STATUS, type WorkerStatus } from './tokens.js';

/**
 * Liveness asks nobody. Ready means: can do its own work, which is to reach its database. A broker that is away or a
 * consumer that lags makes the answer say degraded, never unready: voting goes on.
 */
@Controller()
export class HealthController {
  constructor(
    private readonly db: DataSource,
    @Inject(WORKER_STATUS) private readonly worker: { current: WorkerStatus | null },
  ) {}

  @Get('health/live')
  live(): { status: string } {
    return { status: 'live' };
  }

  @Get('health/ready')
  @HttpCode(200)
  async ready(): Promise<{ status: string; degraded: readonly string[] }> {
    try {
      await this.db.query('SELECT 1');
    } catch {
      throw new HttpException({ status: 'unready', reasons: ['database'] }, 503);
    }
    const degraded = (await this.worker.current?.degraded()) ?? [];
    return { status: degraded.length === 0 ? 'ready' : 'degraded', degraded };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4')
  async metrics(): Promise<string> {
    return metricsPage((await this.worker.current?.figures()) ?? {});
  }
}
