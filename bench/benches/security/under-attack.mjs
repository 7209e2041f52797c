import { callAtPace } from '../../load/paced-calls.mjs';
import { median, percentile, rounded } from '../../load/percentiles.mjs';
import { cpuSecondsOf, memoryOf } from '../../parts/process-costs.mjs';
import { headersFor, openLoop } from '../gateway/measuring.mjs';
import { clients, operations, unseenOperation } from '../gateway/operations.mjs';
import { attacks } from './attacks.mjs';

const turns = 4;
const ordinaryClients = 16;
const attackingClients = 12;
const path = '/mobile/graphql';
const kinds = Object.keys(attacks);

/**
 * The same ordinary load in turns: alone, with attackers beside it, and with attackers of whom every eighth asks what
 * nobody asked before and is answered, as an officer may until that is too much. Each at its own pace.
 */
export async function underAttack(bench, gateway, issuer) {
  const { attackSeconds: seconds, ordinaryPerSecond, attacksPerSecond } = bench.options;
  const tokens = await Promise.all(Array.from({ length: clients }, (_, client) => issuer.token('mobile', client)));
  const officer = headersFor(await issuer.token('dashboard', 0));
  const body = operations.home.body();
  const ordinaryRequest = (client) => ({ path, headers: headersFor(tokens[client]), body });
  const ordinary = openLoop(bench, gateway.origin, ordinaryRequest);
  const attackers = openLoop(bench, gateway.origin, () => ({}));
  const answers = collectAnswers();
  let mark = 0;

  const ordinaryLoad = async () => {
    const latenciesMs = [];
    await callAtPace(ordinary, {
      clients: ordinaryClients,
      perSecond: ordinaryPerSecond,
      seconds,
      request: ordinaryRequest,
      take: ({ status }, _client, _count, latencyMs) => {
        if (status !== 200) throw new Error(`An ordinary request got ${status}`);
        latenciesMs.push(latencyMs);
      },
    });
    return latenciesMs;
  };
  const attackOf = (kind, client = 0) => {
    mark += 1;
    return { kind, path, headers: headersFor(tokens[client]), body: JSON.stringify(attacks[kind](mark)) };
  };
  const newDocument = () => {
    mark += 1;
    return { kind: 'everNew', path: '/dashboard/graphql', headers: officer, body: unseenOperation(1e6 + mark) };
  };
  // Made ahead: to write twenty thousand words takes this process long enough to be late with an ordinary request.
  const makeAttacks = ({ everyEighthIsNew }) =>
    Array.from({ length: attacksPerSecond * seconds + attackingClients }, (_, count) =>
      everyEighthIsNew && count % 8 === 7
        ? newDocument()
        : attackOf(kinds[mark % kinds.length], count % attackingClients),
    );
  const attackLoad = (made) => {
    const asked = new Map();
    return callAtPace(attackers, {
      clients: attackingClients,
      perSecond: attacksPerSecond,
      seconds,
      request: (client) => {
        const { kind, ...request } = made.pop();
        asked.set(client, kind);
        return request;
      },
      take: (answer, client, _count, latencyMs) => answers.take(asked.get(client), answer, latencyMs),
    });
  };
  const loads = {
    quiet: () => ordinaryLoad(),
    attacked: (made) => Promise.all([ordinaryLoad(), attackLoad(made)]).then(([latenciesMs]) => latenciesMs),
    planning: (made) => loads.attacked(made),
  };
  const prepare = (name) => (name === 'quiet' ? [] : makeAttacks({ everyEighthIsNew: name === 'planning' }));

  const cpuMsEach = await bench.progress.step('Each attack alone', () => costOfEach(gateway, attackers, attackOf));
  await bench.progress.step('Ordinary load and attacks, to warm up', () => loads.planning(prepare('planning')));
  answers.forget();
  const residentMb = () => memoryOf(gateway.pid).residentMb;
  const cpuSeconds = () => cpuSecondsOf({ gateway: gateway.pid }).gateway;
  const before = residentMb();
  const latencies = Object.fromEntries(Object.keys(loads).map((name) => [name, []]));
  const cpu = Object.fromEntries(Object.keys(loads).map((name) => [name, 0]));
  for (let turn = 1; turn <= turns; turn += 1) {
    for (const [name, run] of Object.entries(loads)) {
      const made = prepare(name);
      const began = cpuSeconds();
      const latenciesMs = await bench.progress.step(
        `Ordinary load, ${name}, ${turn} of ${turns}`,
        () => run(made),
        (each) => `p99 ${rounded(percentile(each, 0.99))} ms`,
      );
      latencies[name].push(latenciesMs);
      cpu[name] += cpuSeconds() - began;
    }
  }
  const p99 = (latenciesMs) => percentile(latenciesMs, 0.99);
  const timesQuiet = (name) => rounded(p99(latencies[name].flat()) / p99(latencies.quiet.flat()));
  return {
    ordinaryPerSecond,
    attacksPerSecond,
    p99Ms: byName(latencies, (each) => rounded(p99(each.flat()))),
    timesQuiet: timesQuiet('attacked'),
    timesQuietByTurn: rounded(median(latencies.attacked.map((each, turn) => p99(each) / p99(latencies.quiet[turn])))),
    timesQuietWhilePlanning: timesQuiet('planning'),
    ...answers.told(),
    grownMb: residentMb() - before,
    residentMb: residentMb(),
    gatewayCpuSeconds: byName(cpu, rounded),
    cpuMsEach,
  };
}

/** What attackers are told, and how soon where it is a refusal. */
function collectAnswers() {
  let rejectedMs = [];
  const statuses = {};
  return {
    take(kind, { status, body }, latencyMs) {
      const code = /"code":"(\w+)"/.exec(body.toString('utf8'))?.[1] ?? 'answered';
      const seen = `${status} ${code}`;
      statuses[kind] = { ...statuses[kind], [seen]: (statuses[kind]?.[seen] ?? 0) + 1 };
      if (code !== 'answered') rejectedMs.push(latencyMs);
    },
    forget() {
      rejectedMs = [];
    },
    told: () => ({
      rejected: rejectedMs.length,
      rejectedP50Ms: rounded(percentile(rejectedMs, 0.5)),
      rejectedP99Ms: rounded(percentile(rejectedMs, 0.99)),
      statuses,
    }),
  };
}

/** What one request of each kind costs the gateway, one at a time. */
async function costOfEach(gateway, loop, attackOf) {
  const times = 40;
  const cpuMs = {};
  for (const kind of kinds) {
    const before = cpuSecondsOf({ gateway: gateway.pid }).gateway;
    for (let count = 0; count < times; count += 1) await loop.askOnce(0, attackOf(kind));
    cpuMs[kind] = rounded(((cpuSecondsOf({ gateway: gateway.pid }).gateway - before) * 1_000) / times);
  }
  return cpuMs;
}

function byName(sides, read) {
  return Object.fromEntries(Object.entries(sides).map(([name, side]) => [name, read(side)]));
}
