import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BoardLine } from '@zhijia/ballot';
import { close, readBoard, seal, untilState } from '../support/campaign.js';
import { runTool } from '../support/county.js';
import { grades, memberCount, type World } from './world.js';

export function afterTheClosing(world: World): void {
  describe('after the closing', () => {
    world.step(
      'ballots are refused, repeated requests still answered, and the spoiled are counted as such',
      async () => {
        const late = await seal(world.product, world.county.member(memberCount - 1), world.campaignId, grades);
        const known = await world.castGood(4, grades, 'repeated-after-closing');
        await close(world.product, world.county.cityOfficer, world.campaignId);
        expect(await world.castAs(memberCount - 1, late.envelope)).toMatchObject({
          __typename: 'CampaignClosed',
          code: 'CAMPAIGN_CLOSED',
        });
        await untilState(world.product, world.county.cityOfficer, world.campaignId, 'PUBLISHED');
        expect(await world.castAs(memberCount - 1, late.envelope)).toMatchObject({ __typename: 'CampaignClosed' });
        world.board = await readBoard(world.product, world.campaignId);
        for (const hash of world.acceptedHashes) expect(world.board).toContain(hash);
        expect(world.board).toContain(known.envelopeHash);
        expect(world.board).not.toContain(late.envelopeHash);
        const { campaign } = await world.product.read(
          world.county.cityOfficer,
          `query ($id: ID!) { campaign(id: $id) { results { cast counted spoiled replaced } } }`,
          { id: world.campaignId },
        );
        expect(campaign.results).toEqual({ cast: memberCount - 1, counted: memberCount - 3, spoiled: 2, replaced: 2 });
      },
    );

    world.step('a second closing, and one of a campaign that is not open, is refused', async () => {
      const closing = async (id: string) =>
        (
          await world.product.read(
            world.county.cityOfficer,
            `mutation ($id: ID!) { closeCampaign(input: { campaignId: $id }) { __typename } }`,
            { id },
          )
        ).closeCampaign.__typename;
      expect(await closing(world.campaignId)).toBe('CampaignClosed');
      expect(await closing(world.futureId)).toBe('CampaignNotOpen');
      expect(await closing(world.mistakenId)).toBe('CampaignAnnulled');
      expect(await closing(randomUUID())).toBe('CampaignNotFound');
    });

    world.step('whatever is changed on the board, the recount names the place', async () => {
      const lines = world.board.trimEnd().split('\n');
      const parsed = lines.map((line) => JSON.parse(line) as BoardLine);
      const numberOf = (kind: BoardLine['kind']) => parsed.findIndex((line) => line.kind === kind) + 1;
      const doctored = (kind: BoardLine['kind'], change: (text: string) => string) => {
        const at = numberOf(kind) - 1;
        const changed = change(lines[at]!);
        expect(changed).not.toBe(lines[at]);
        return `${lines.with(at, changed).join('\n')}\n`;
      };
      const ratings = parsed[numberOf('ratings') - 1] as Extract<BoardLine, { kind: 'ratings' }>;
      const flip = (hex: string) => (hex.startsWith('0') ? `1${hex.slice(1)}` : `0${hex.slice(1)}`);
      const boards: readonly (readonly [what: string, board: string, place: RegExp])[] = [
        [
          'a hash',
          doctored('hashes', (text) =>
            text.replace(/"hashes":\["([0-9a-f]{64})"/, (all, hash: string) => all.replace(hash, flip(hash))),
          ),
          new RegExp(`^line ${numberOf('hashes')}\\b`),
        ],
        [
          'a rating',
          doctored('ratings', (text) => text.replace(/=[1-5]"/, (grade) => (grade === '=4"' ? '=3"' : '=4"'))),
          new RegExp(`target ${ratings.target}, cell`),
        ],
        [
          'a count',
          doctored('cellCounts', (text) => text.replace(/"none":\d+/, '"none":7')),
          new RegExp(`^line ${numberOf('cellCounts')}\\b`),
        ],
        [
          'a total',
          doctored('totals', (text) => text.replace(/"spoiled":2/, '"spoiled":1')),
          new RegExp(`^line ${numberOf('totals')}\\b`),
        ],
        [
          'a result',
          doctored('result', (text) => text.replace(/"isBelowLine":true/, '"isBelowLine":false')),
          new RegExp(`^line ${numberOf('result')}\\b`),
        ],
        [
          'a line less',
          `${lines.toSpliced(numberOf('cellCounts') - 1, 1).join('\n')}\n`,
          new RegExp(`^line ${numberOf('cellCounts')}\\b`),
        ],
      ];
      const folder = mkdtempSync(join(tmpdir(), 'zhijia-boards-'));
      const recount = async (text: string, name: string) => {
        const file = join(folder, `${name.replaceAll(' ', '-')}.ndjson`);
        writeFileSync(file, text);
        const { code, stdout } = await runTool('recount', [file]);
        const { ok, problems } = JSON.parse(stdout) as { ok: boolean; problems: { where: string }[] };
        return { code, ok, places: problems.map(({ where }) => where) };
      };
      expect(await recount(world.board, 'as published')).toEqual({ code: 0, ok: true, places: [] });
      for (const [what, text, place] of boards) {
        const { code, ok, places } = await recount(text, what);
        expect({ what, code, ok }).toEqual({ what, code: 1, ok: false });
        expect(places).toContainEqual(expect.stringMatching(place));
      }
    });
  });
}
