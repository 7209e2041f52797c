import { Controller, Get, HttpException, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Health, type Readiness } from './health.js';
import { MetricsPage } from './metrics/metrics-page.js';

/** What probes and Prometheus ask of a service. Liveness asks nobody. */
@Controller()
export class HealthController {
  constructor(
    private readonly health: Health,
    private readonly page: MetricsPage,
  ) {}

  @Get('health/live')
  live(): { status: string } {
    return { status: 'live' };
  }

  @Get('health/ready')
  async ready(): Promise<Readiness> {
    const readiness = await this.health.readiness();
    if (readiness.status === 'unready') throw new HttpException(readiness, 503);
    return readiness;
  }

  @Get('metrics')
  async metrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.header('content-type', this.page.contentType);
    return this.page.render();
  }
}
