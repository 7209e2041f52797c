import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CampaignsStore } from './campaigns.store.js';

const sha256 = /^[0-9a-f]{64}$/;

/** Where a signed manifest is found, by what it says: half a million phones read the same file. */
@Controller('manifests')
export class ManifestController {
  constructor(private readonly campaigns: CampaignsStore) {}

  @Get(':file')
  async manifest(
    @Param('file') file: string,
    @Headers('if-none-match') held: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const hash = file.replace(/\.jws$/, '');
    const isNamed = file.endsWith('.jws') && sha256.test(hash);
    const etag = `"${hash}"`;
    const jws = isNamed ? await this.campaigns.findManifestByHash(hash) : null;
    if (jws === null) {
      await reply.code(404).send({ errors: [{ message: 'There is no such manifest. 没有这份评议章程。' }] });
      return;
    }
    void reply.header('etag', etag).header('cache-control', 'public, max-age=31536000, immutable');
    if (held === etag) {
      await reply.code(304).send();
      return;
    }
    await reply.header('content-type', 'application/jose').send(jws);
  }
}

export function manifestPathOf(manifestHash: string): string {
  return `/manifests/${manifestHash}.jws`;
}
