import { Readable } from 'node:stream';
import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { isUuid } from '@zhijia/subgraph';
import { ResultsStore } from './results.store.js';

/** The public record of a campaign as one file, streamed from where it lies. */
@Controller('boards')
export class BoardController {
  constructor(private readonly results: ResultsStore) {}

  @Get(':file')
  async board(
    @Param('file') file: string,
    @Headers('if-none-match') held: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const campaignId = file.replace(/\.ndjson$/, '');
    const [results = null] = isUuid(campaignId) ? await this.results.findResults([campaignId]) : [];
    if (results === null || !file.endsWith('.ndjson')) {
      await reply.code(404).send({ errors: [{ message: 'There is no such board. 没有这份公示板。' }] });
      return;
    }
    const etag = `"${results.boardHash}"`;
    // The address is the campaign's, the bytes are for ever; the mark of an annulment can still come.
    void reply.header('etag', etag).header('cache-control', 'public, no-cache');
    if (held === etag) {
      await reply.code(304).send();
      return;
    }
    const name = results.isAnnulled ? `${campaignId}.annulled.ndjson` : `${campaignId}.ndjson`;
    const digest = Buffer.from(results.boardHash, 'hex').toString('base64');
    await reply
      .header('content-type', 'application/x-ndjson')
      .header('content-length', results.boardBytes)
      .header('content-disposition', `attachment; filename="${name}"`)
      .header('repr-digest', `sha-256=:${digest}:`)
      .send(Readable.from(this.chunksOf(campaignId), { objectMode: false }));
  }

  private async *chunksOf(campaignId: string): AsyncGenerator<Buffer, void, undefined> {
    for (let position = 0; ; position += 1) {
      const bytes = await this.results.findBoardChunk(campaignId, position);
      if (bytes === null) return;
      yield bytes;
    }
  }
}
