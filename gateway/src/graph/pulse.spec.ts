import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@zhijia/testing';
import { Pulse } from './pulse.js';

const options = { quietMs: 30, lookMs: 20, everyMs: 5, failures: 3 };

function aRequest() {
  const aborted: Error[] = [];
  return { aborted, abort: (reason: Error) => void aborted.push(reason) };
}

describe('the pulse of a subgraph', () => {
  let isAlive = false;
  let looks = 0;
  let turns: boolean[];
  let pulse: Pulse;

  beforeEach(() => {
    isAlive = false;
    looks = 0;
    turns = [];
    pulse = new Pulse(
      'places',
      async () => {
        looks += 1;
        return isAlive;
      },
      options,
      (standsStill) => turns.push(standsStill),
    );
  });
  afterEach(() => pulse.close());

  it('gives up what waits for one that answers nothing at all, and lets nothing more wait', async () => {
    const [waiting, next] = [aRequest(), aRequest()];
    pulse.begun(waiting);
    await until(async () => pulse.standsStill, { what: 'the pulse to stop' });
    expect(waiting.aborted.map(({ name }) => name)).toEqual(['StandsStill']);
    pulse.begun(next);
    expect(next.aborted).toHaveLength(1);
  });

  it('gives up one that cannot be reached so often in a row, until it says that it lives', async () => {
    const [waiting, next] = [aRequest(), aRequest()];
    pulse.begun(waiting);
    pulse.failed();
    pulse.failed();
    pulse.sign();
    pulse.failed();
    pulse.failed();
    expect(pulse.standsStill).toBe(false);
    pulse.failed();
    expect(pulse.standsStill).toBe(true);
    expect(waiting.aborted).toHaveLength(1);
    pulse.failed();
    isAlive = true;
    await until(async () => !pulse.standsStill, { what: 'the pulse to come back' });
    expect(turns).toEqual([true, false]);
    pulse.begun(next);
    expect(next.aborted).toEqual([]);
  });

  it('comes back with the first sign of life', async () => {
    pulse.begun(aRequest());
    await until(async () => pulse.standsStill, { what: 'the pulse to stop' });
    isAlive = true;
    await until(async () => !pulse.standsStill, { what: 'the pulse to come back' });
  });

  it('lets one work that says it lives, however long a request takes', async () => {
    isAlive = true;
    const waiting = aRequest();
    pulse.begun(waiting);
    await until(async () => looks >= 3, { what: 'some looks' });
    expect(pulse.standsStill).toBe(false);
    expect(waiting.aborted).toEqual([]);
  });

  it('asks nothing while nobody waits', async () => {
    const request = aRequest();
    pulse.begun(request);
    pulse.ended(request);
    await sleep(3 * options.quietMs);
    expect(looks).toBe(0);
  });
});
