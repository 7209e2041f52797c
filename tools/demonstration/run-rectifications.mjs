import { eachOf, until } from './each-of.mjs';
import { officeIdentity } from './identities.mjs';
import { atOnce, identitiesOf } from './run-campaign.mjs';
import { randomOf } from './random.mjs';
import { ratingComments, ratings, rectifications } from './story.mjs';

const tasksQuery = `query RectificationsOfCampaign($campaignId: ID!) {
  campaign(id: $campaignId) {
    results { targets { isBelowLine } }
    rectifications { id state escalatedAt organisation { id } evidence { id } }
  }
}`;

const changes = {
  plan: change('FileRectificationPlan', 'fileRectificationPlan', 'RectificationPlanFiled'),
  evidence: change('AddRectificationEvidence', 'addRectificationEvidence', 'RectificationEvidenceAdded'),
  result: change('FileRectificationResult', 'fileRectificationResult', 'RectificationResultFiled'),
  publication: change('PublishRectification', 'publishRectification', 'RectificationPublished'),
};

const rateMutation = `mutation RateRectification($input: RateRectificationInput!) {
  rateRectification(input: $input) {
    __typename
    ... on RectificationRated { isReplayed }
    ... on Refusal { code messageZh messageEn }
  }
}`;

/** The tasks of a finished campaign by the code of who owes them, once every target below the line has one. */
export async function untilOpened({ ask, register }, officer, campaignId, codes) {
  const idToCode = new Map(await Promise.all(codes.map(async (code) => [await register.idOf(code), code])));
  const tasks = await until(
    async () => {
      const { campaign } = await ask(officer, tasksQuery, { campaignId });
      const below = campaign.results?.targets.filter(({ isBelowLine }) => isBelowLine).length ?? 0;
      return campaign.results !== null && campaign.rectifications.length === below ? campaign.rectifications : null;
    },
    { what: 'rectification tasks are open' },
  );
  return new Map(tasks.map((task) => [idToCode.get(task.organisation.id), task]));
}

const stepsInOrder = ['PLAN_DUE', 'IN_PROGRESS', 'AWAITING_PUBLICATION', 'PUBLISHED'];

export async function filePlans(load, tasks) {
  await eachTask(tasks, 'IN_PROGRESS', async (task, { code, plan }) => {
    if (task.state === 'PLAN_DUE') await act(load, await departmentOf(load, code), changes.plan, task, { text: plan });
  });
}

export async function fileResults(load, tasks) {
  await eachTask(tasks, 'IN_PROGRESS', async (task, { code, evidence, result, upTo }) => {
    const officer = await departmentOf(load, code);
    for (const text of evidence.slice(task.evidence.length)) {
      await act(load, officer, changes.evidence, task, { text });
    }
    if (upTo !== 'IN_PROGRESS' && task.state === 'IN_PROGRESS') {
      await act(load, officer, changes.result, task, { text: result });
    }
  });
}

export async function publish(load, organiser, tasks) {
  await eachTask(tasks, 'PUBLISHED', async (task) => {
    if (task.state !== 'PUBLISHED') await act(load, organiser, changes.publication, task, {});
  });
}

/** Some of those who took part say what they think of what was published. */
export async function rate(load, tasks, raters) {
  const { changeOnceKnown, progress, seed } = load;
  const identities = await identitiesOf(load, raters);
  await eachTask(tasks, 'PUBLISHED', async (task, { code }) => {
    await eachOf(identities, atOnce, (identity, place) => {
      const random = randomOf(seed, 'rating', code, raters[place].memberNumber);
      const input = {
        rectificationId: task.id,
        grade: random.draw(ratings),
        comment: random.perMille(250) ? random.pick(ratingComments) : null,
        idempotencyKey: progress.keyOf('rating', code, raters[place].memberNumber),
      };
      return changeOnceKnown(identity, rateMutation, input, 'RectificationRated', 'RectificationNotRateable', [
        'AlreadyRated',
      ]);
    });
  });
}

/** Waits until the organisation above has been told of the plan that is overdue. */
export async function untilEscalated({ ask }, officer, campaignId) {
  await until(
    async () => {
      const { campaign } = await ask(officer, tasksQuery, { campaignId });
      const due = campaign.rectifications.filter(({ state }) => state === 'PLAN_DUE');
      return due.every(({ escalatedAt }) => escalatedAt !== null) ? due : null;
    },
    { what: 'the overdue rectification is escalated', everyMs: 250 },
  );
}

/** Of those that the story carries at least so far and that the campaign really opened. */
async function eachTask(tasks, step, work) {
  const carried = rectifications.filter(
    ({ code, upTo }) => tasks.has(code) && stepsInOrder.indexOf(upTo) >= stepsInOrder.indexOf(step),
  );
  await eachOf(carried, atOnce, (owed) => work(tasks.get(owed.code), owed));
}

async function departmentOf({ register }, code) {
  return officeIdentity(`department-${code}`, 'department-officer', await register.idOf(code));
}

function act({ change: send }, officer, { query, wanted }, task, input) {
  return send(officer, query, { rectificationId: task.id, ...input }, wanted);
}

function change(operation, field, wanted) {
  const input = `${operation}Input`;
  return {
    wanted,
    query: `mutation ${operation}($input: ${input}!) {
      ${field}(input: $input) { __typename ... on Refusal { code messageZh messageEn } }
    }`,
  };
}
