import { until } from '../../bench/parts/product.mjs';

const closeMutation = `mutation CloseCampaign($input: CloseCampaignInput!) {
  closeCampaign(input: $input) { __typename ... on Refusal { code } }
}`;

/** Closes the campaign by hand, as its organiser. */
export async function closeElection({ county }, election, phones, verdict) {
  const answer = await phones.change(county.secretary, closeMutation, { campaignId: election.id });
  if (answer !== null && !['CampaignClosing', 'CampaignClosed'].includes(answer.__typename)) {
    verdict.wrong('a campaign was not closed', answer);
  }
}

/** Waits until the board is published and every rectification that follows from it stands, or long enough. */
export async function untilFinished({ product }, election, { withinMs }) {
  return until(
    'results and tasks',
    async () => {
      const below = await belowLine(product, election);
      if (below === null) return null;
      const tasks = await tasksOf(product, election);
      return tasks.length >= below.length ? true : null;
    },
    { withinMs, everyMs: 250 },
  ).catch(() => false);
}

/** Compares what voters answered with what was published, figure by figure, and with what departments now owe. */
export async function judgeResults({ product }, election, verdict) {
  const expected = new Map(election.targetIds.map((id) => [id, { grades: [0, 0, 0, 0, 0], dontKnow: 0 }]));
  const voters = election.acknowledged();
  for (const { told } of voters) {
    told.at(-1).grades.forEach((grade, place) => {
      const target = expected.get(election.targetIds[place]);
      if (grade === 6) target.dontKnow += 1;
      else target.grades[grade - 1] += 1;
    });
  }
  const [result] = await product.rows(
    'evaluations',
    `SELECT cast_ballots AS "cast", counted, replaced, spoiled FROM campaign_result WHERE campaign_id = $1`,
    [election.id],
  );
  const sent = voters.reduce((sum, { told }) => sum + told.length, 0);
  if (result === undefined) {
    verdict.lost('the results', election.id);
    return;
  }
  const figures = { cast: voters.length, counted: voters.length, replaced: sent - voters.length, spoiled: 0 };
  if (JSON.stringify(figures) !== JSON.stringify(result)) verdict.wrong('the count of ballots', { figures, result });
  const counted = await product.rows(
    'evaluations',
    `SELECT target_id AS id, grade_counts AS grades, dont_know_count AS "dontKnow" FROM target_result
      WHERE campaign_id = $1 AND kind = 'TOTAL'`,
    [election.id],
  );
  for (const { id, ...found } of counted) {
    if (JSON.stringify(found) !== JSON.stringify(expected.get(id))) {
      verdict.wrong('the answers about a target', { id, found, expected: expected.get(id) });
    }
  }
  verdict.compareOnce(
    'ballot on the board',
    voters.flatMap(({ told }) => told.map(({ envelopeHash }) => envelopeHash)),
    await hashesOnBoard(product, election),
  );
  const below = await belowLine(product, election);
  verdict.compareOnce('rectification task', below ?? [], await tasksOf(product, election));
  return { targets: counted.length, tasks: below?.length ?? 0 };
}

/** Every envelope that was taken, replaced ones too, from the board that anybody may read. */
async function hashesOnBoard(product, { id }) {
  const response = await fetch(new URL(`/boards/${id}.ndjson`, product.stack.gateway.mobile));
  if (!response.ok) return [];
  const lines = (await response.text()).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line)).flatMap(({ kind, hashes }) => (kind === 'hashes' ? hashes : []));
}

/** The targets that owe a task: below the line of a valid result; a turnout that is too low obliges nobody. */
async function belowLine(product, { id }) {
  const [result] = await product.rows(
    'evaluations',
    'SELECT is_valid AS valid FROM campaign_result WHERE campaign_id = $1',
    [id],
  );
  if (result === undefined) return null;
  if (!result.valid) return [];
  const rows = await product.rows(
    'evaluations',
    `SELECT target_id AS id FROM target_result WHERE campaign_id = $1 AND kind = 'TOTAL' AND is_below_line`,
    [id],
  );
  return rows.map((row) => row.id);
}

async function tasksOf(product, { id }) {
  const rows = await product.rows('members', `SELECT target_id AS id FROM rectification_task WHERE campaign_id = $1`, [
    id,
  ]);
  return rows.map((row) => row.id);
}
