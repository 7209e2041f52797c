import { memberIdentity } from './identities.mjs';
import { eachOf, until } from './each-of.mjs';
import { keepBallot, voteFile } from './kept-votes.mjs';
import { randomOf } from './random.mjs';
import { answersOf, campaigns, termsOf } from './story.mjs';
import { isVerified } from './who-is-who.mjs';

/** Requests under way: enough that neither the gateway nor this process waits for the other on two cores. */
export const atOnce = 8;

/** Of the voters, so many in a thousand think again and replace their ballot. */
const secondThoughtsPerMille = 25;

/** Members who keep their receipts and codes on this machine. */
const keepers = ['member-2', 'member-3'];

const openMutation = `mutation OpenCampaign($input: OpenCampaignInput!) {
  openCampaign(input: $input) {
    __typename
    ... on CampaignOpened { campaign { id } }
    ... on Refusal { code messageZh messageEn }
  }
}`;

const stateQuery = `query CampaignState($campaignId: ID!) {
  campaign(id: $campaignId) { state }
}`;

/**
 * Opens a campaign of the story and waits until its manifest is signed.
 *
 * @param {{ organiser: object, organiserCode: string, electorateCode: string, days: number }} options
 * @returns the campaign's id
 */
export async function openCampaign(load, name, { organiser, organiserCode, electorateCode, days }) {
  const { change, register, clock, progress } = load;
  const closesAtKey = `${name}ClosesAt`;
  // Kept before it is used: a second try must say the same.
  if (progress.facts()[closesAtKey] === undefined) {
    const now = await clock.now();
    progress.note({ [closesAtKey]: new Date(now.getTime() + days * 86_400_000).toISOString() });
  }
  const { targets } = campaigns[name];
  const input = {
    ...termsOf(campaigns[name]),
    idempotencyKey: progress.keyOf('campaign', name),
    organiserId: await register.idOf(organiserCode),
    targetOrganisationIds: await Promise.all(targets.map((code) => register.idOf(code))),
    closesAt: progress.facts()[closesAtKey],
    electorate: { rootOrganisationId: await register.idOf(electorateCode), requiresVerification: true },
  };
  const { campaign } = await change(organiser, openMutation, input, 'CampaignOpened');
  progress.note({ [name]: campaign.id });
  await untilState(load, organiser, campaign.id, ['OPEN']);
  return campaign.id;
}

export async function untilState({ ask }, officer, campaignId, states) {
  await until(
    async () => {
      const { campaign } = await ask(officer, stateQuery, { campaignId });
      return states.includes(campaign.state) ? campaign : null;
    },
    { what: `campaign ${campaignId} is ${states.join(' or ')}`, withinMs: 120_000 },
  );
}

/**
 * The same voters for the same county: so many in a thousand of the verified members of these unions, with and without
 * the given ones.
 */
export function votersOf(load, name, { unions, perMille, withMembers = [], withoutMembers = [] }) {
  const { county, seed } = load;
  const numbers = (members) => new Set(members.map(({ number }) => number));
  const [wanted, unwanted] = [numbers(withMembers), numbers(withoutMembers)];
  const eligible = unions
    .flatMap((union) => [...county.membersOf(union)])
    .filter((member) => isVerified(member) && !unwanted.has(member.number));
  const others = eligible.filter(({ number }) => !wanted.has(number));
  const share = Math.ceil((eligible.length * perMille) / 1_000) - wanted.size;
  const first = eligible.filter(({ number }) => wanted.has(number));
  return [...first, ...randomOf(seed, 'voters', name).shuffle(others).slice(0, Math.max(0, share))];
}

/**
 * Casts a sealed ballot of each of these members; who has one already is passed over.
 *
 * @returns how many ballots were cast, replacing ones included
 */
export async function castBallots(load, name, voters) {
  const { ballots, progress, seed } = load;
  const campaignId = progress.facts()[name];
  const identities = await identitiesOf(load, voters);
  const { campaign, paper } = await ballots.readPaper(identities[0], campaignId);
  const answersByTarget = await answersInOrder(load, name, campaign, paper.manifest);
  const random = randomOf(seed, 'second thoughts', name);
  const plans = voters.map((member, place) => ({
    identity: identities[place],
    member,
    answers: answersByTarget(answersOf(seed, name, member.memberNumber)),
    isReplacing: random.perMille(secondThoughtsPerMille) || keepers[0] === nameOf(load, member),
  }));
  const counts = await eachOf(plans, atOnce, async ({ identity, member, answers, isReplacing }) => {
    const slot = await ballots.readSlot(identity, campaignId);
    if (slot === null) throw new Error(`${member.memberNumber} is not in the electorate of ${name}`);
    if (slot.hasTakenPart) return 0;
    const own = { ...paper, slot: slot.slot };
    const kept = keeperOf(load, campaign, member);
    const cast = async (round, given) => {
      const idempotencyKey = progress.keyOf('ballot', name, member.memberNumber, round);
      const ballot = await ballots.cast(identity, {
        campaignId,
        paper: own,
        answers: given,
        idempotencyKey,
        keep: kept,
      });
      kept?.(ballot);
    };
    // Whoever thinks again had been harsher first.
    if (isReplacing)
      await cast(
        1,
        answers.map((answer) => (answer >= 1 && answer < 5 ? answer + 1 : answer)),
      );
    await cast(2, answers);
    return isReplacing ? 2 : 1;
  });
  return counts.reduce((all, count) => all + count, 0);
}

/** The identities of these members, with the ids that the register gave them. */
export async function identitiesOf({ register }, members) {
  const unions = [...new Set(members.map(({ organisationCode }) => organisationCode))];
  await eachOf(unions, atOnce, (code) => register.memberIdsOf(code));
  return eachOf(members, atOnce, async ({ memberNumber, organisationCode }) => {
    const memberId = (await register.memberIdsOf(organisationCode)).get(memberNumber);
    if (memberId === undefined) throw new Error(`The register has no member ${memberNumber}`);
    return memberIdentity(memberNumber, memberId, await register.idOf(organisationCode));
  });
}

/** Answers come by the story's order of targets and leave in the manifest's. */
async function answersInOrder({ register }, name, campaign, manifest) {
  const { targets } = campaigns[name];
  const codes = new Map(await Promise.all(targets.map(async (code, place) => [await register.idOf(code), place])));
  const places = new Map(campaign.targets.map(({ id, organisation }) => [id, codes.get(organisation.id)]));
  return (answers) => manifest.targetIds.map((targetId) => answers[places.get(targetId)]);
}

function nameOf({ cast }, member) {
  return Object.entries(cast.people).find(([, { number }]) => number === member.number)?.[0];
}

function keeperOf(load, campaign, member) {
  const name = nameOf(load, member);
  if (!keepers.includes(name)) return undefined;
  const names = new Map(campaign.targets.map(({ id, nameZh }) => [id, nameZh]));
  return ({ ratings, ...ballot }) =>
    keepBallot(
      voteFile(load.dataDir, name, campaign.id),
      { campaignId: campaign.id, titleZh: campaign.titleZh, titleEn: campaign.titleEn, identity: name },
      { ...ballot, ratings: ratings.map((rating) => ({ ...rating, nameZh: names.get(rating.targetId) })) },
    );
}
