import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Clients that go on until they are told to stop: each votes with the next voter who has not, replaces a ballot, or posts
 * a visit, and pauses as people do. One voter has one phone: never two ballots at once.
 *
 * @param {object} fault
 * @param {object} load
 * @param {object} load.election
 * @param {object} load.visits
 * @param {object} load.phones
 * @param {object} load.verdict
 * @param {number} load.clients
 * @param {number} load.thinkMs the mean pause
 * @param {number} [load.laterPerCent] so many of the voters wait until `letAllVote`
 */
export function startLoad(fault, { election, visits, phones, verdict, clients, thinkMs, laterPerCent = 0 }) {
  const waiting = [...election.voters];
  const idle = [];
  let reserved = Math.ceil((election.voters.length * laterPerCent) / 100);
  let isOver = false;
  let failure = null;

  async function act(random) {
    const choice = random.below(100);
    if (choice < 40 && waiting.length > reserved) return vote(waiting.pop());
    if (choice < 65 && idle.length > 0) return vote(idle.splice(random.below(idle.length), 1)[0]);
    return visits.post(phones, verdict, random.pick(election.voters).memberId);
  }

  async function vote(voter) {
    await election.cast(phones, verdict, voter);
    idle.push(voter);
  }

  const running = Array.from({ length: clients }, async (_, client) => {
    const random = fault.random('client', client);
    while (!isOver && failure === null) {
      await act(random).catch((error) => {
        failure ??= error;
      });
      await sleep(random.between(0, 2 * thinkMs));
    }
  });

  // Also when the run fails: nobody goes on into the next one.
  fault.undo(() => {
    isOver = true;
  });

  return {
    letAllVote() {
      reserved = 0;
    },
    /** Lets everybody have the answer they wait for. */
    async stop() {
      isOver = true;
      await Promise.all(running);
      if (failure !== null) throw failure;
    },
  };
}
