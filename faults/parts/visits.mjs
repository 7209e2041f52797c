const postMutation = `mutation PostVisit($input: PostVisitInput!) {
  postVisit(input: $input) { __typename ... on VisitPosted { isReplayed visit { id } } ... on Refusal { code } }
}`;

const reverseMutation = `mutation ReverseVisit($input: ReverseVisitInput!) {
  reverseVisit(input: $input) { __typename ... on VisitReversed { visit { id } } ... on Refusal { code } }
}`;

const minutes = 30;
const aDay = 86_400_000;
/** Of half an hour, one each hour: within what one depositor can serve in a day. */
const visitsADay = 8;

/**
 * Hours that the county's secretary posts to members' accounts, and what she was told.
 *
 * @param {object} fault
 * @param {object} scene
 */
export function openVisits(fault, { product, county, nextVisitOf }) {
  const told = [];
  const today = Math.floor(Date.now() / aDay);

  function inputFor(memberId) {
    const place = nextVisitOf(memberId);
    const began = (today - 2 - Math.floor(place / visitsADay)) * aDay + (place % visitsADay) * 3_600_000;
    return {
      idempotencyKey: `${fault.label}-visit-${memberId}-${place}`,
      depositorMemberId: memberId,
      kind: 'COMPANIONSHIP',
      startedAt: new Date(began).toISOString(),
      endedAt: new Date(began + minutes * 60_000).toISOString(),
    };
  }

  return {
    told,
    minutes,
    postMutation,
    inputFor,
    secretary: county.secretary,
    /** Posts one visit of this member, however long it takes. */
    async post(phones, verdict, memberId) {
      const answer = await phones.change(county.secretary, postMutation, inputFor(memberId));
      if (answer === null) return null;
      if (answer.__typename !== 'VisitPosted') {
        verdict.wrong('a visit was not posted', answer);
        return null;
      }
      told.push({ id: answer.visit.id, memberId, isReversed: false });
      return told.at(-1);
    },
    /** Takes it back: a second event about the same transfer. */
    async reverse(phones, verdict, visit) {
      const input = { idempotencyKey: `${fault.label}-reverse-${visit.id}`, visitId: visit.id, reason: '更正' };
      const answer = await phones.change(county.secretary, reverseMutation, input);
      if (answer === null) return;
      if (answer.__typename === 'VisitReversed') visit.isReversed = true;
      else verdict.wrong('a visit was not taken back', answer);
    },
    /** Compares what she was told with the visits and the minutes that this run moved. */
    async judge(verdict) {
      const rows = await product.rows(
        'timebank',
        `SELECT visit.id, visit.status, sum(entry.units)::int AS minutes, outbox.sent
           FROM visit
           JOIN ledger_transfer AS transfer ON transfer.id IN (visit.transfer_id, visit.reversal_transfer_id)
           JOIN ledger_entry AS entry ON entry.transfer_id = transfer.id
           JOIN ledger_account AS account ON account.id = entry.account_id AND account.kind = 'MEMBER'
           CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE published_at IS NOT NULL)::int AS sent FROM outbox
                                WHERE payload->>'visitId' = visit.id::text) AS outbox
          WHERE visit.id = ANY($1) GROUP BY visit.id, outbox.sent`,
        [told.map(({ id }) => id)],
      );
      verdict.compareOnce(
        'visit',
        told.map(({ id, isReversed }) => `${id} ${isReversed ? 'REVERSED 0' : `POSTED ${minutes}`}`),
        rows.map((row) => `${row.id} ${row.status} ${row.minutes}`),
      );
      for (const { id, status, sent } of rows) {
        if (sent < (status === 'REVERSED' ? 2 : 1)) verdict.lost('the event of a visit stayed in the outbox', id);
      }
      const [{ n }] = await product.rows(
        'timebank',
        `SELECT count(*)::int AS n FROM visit WHERE posted_at > zhijia_now() - make_interval(secs => $1)`,
        [fault.elapsedSeconds()],
      );
      if (n > told.length) verdict.doubled('visits that nobody was told of', { there: n, told: told.length });
    },
  };
}
