import { testIssuer, type TestIssuer } from '@zhijia/testing';
import { startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { startTestGateway, type TestGateway } from './support/start-test-gateway.js';

/** What must never leave: addresses, names of services, statements, frames. */
const inside = /127\.0\.0\.1|10\.0\.0|ECONN|http:|people|places|SELECT|stack|\.ts|\.js|serviceName|statement/i;

describe('what clients are told of failures', () => {
  let people: SmallSubgraph;
  let places: SmallSubgraph;
  let issuer: TestIssuer;
  let gateway: TestGateway;
  let token: string;

  beforeEach(async () => {
    [people, places, issuer] = await Promise.all([startPeople(), startPlaces(), testIssuer()]);
    gateway = await startTestGateway({ subgraphs: [people, places], issuers: [issuer] });
    token = await issuer.token({ subject: 'ada' });
  });
  afterEach(async () => {
    await gateway.stop();
    await Promise.all([people.stop(), places.stop()]);
  });

  it('masks what nobody expected, with an id that the log carries', async () => {
    const { status, body, text } = await gateway.ask('mobile', token, '{ me { name } fails mistypes }');
    expect(status).toBe(200);
    expect(body.data).toEqual({ me: { name: 'ada' }, fails: null, mistypes: null });
    expect(body.errors).toHaveLength(2);
    for (const error of body.errors ?? []) {
      expect(error.message).toBe('Something failed on our side. 系统内部错误。');
      expect(error.extensions).toEqual({ code: 'INTERNAL', errorId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    }
    expect(text).not.toMatch(inside);
  });

  it('passes on what is meant for clients, and only its code', async () => {
    const { body, text } = await gateway.ask('mobile', token, '{ refuses triesAgain }');
    expect(body.errors).toEqual([
      { message: 'You may not. 不可以。', path: ['refuses'], extensions: { code: 'ACCESS_DENIED' } },
      { message: 'Again. 再试。', path: ['triesAgain'], extensions: { code: 'TRY_AGAIN', retryable: true } },
    ]);
    expect(text).not.toMatch(inside);
  });

  it('keeps the rest of an answer when a subgraph is gone, and says in the words of the client what is missing', async () => {
    await places.stop();
    const { status, body, text } = await gateway.ask('mobile', token, '{ me { name where: home { town } } }');
    expect(status).toBe(200);
    expect(body.data).toEqual({ me: { name: 'ada', where: null } });
    expect(body.errors).toEqual([
      {
        message: expect.stringMatching(/missing for now.*暂时/s),
        path: ['me', 'where'],
        extensions: { code: 'SUBGRAPH_UNAVAILABLE', retryable: true, missing: ['where'] },
      },
    ]);
    expect(text).not.toMatch(inside);
  });

  it('names the field but no single path where a whole list lacks it', async () => {
    await places.stop();
    const { body } = await gateway.ask('mobile', token, '{ everybody: people { name home { town } } }');
    expect(body.data).toEqual({
      everybody: [
        { name: 'Ada', home: null },
        { name: 'Bo', home: null },
      ],
    });
    expect(body.errors).toHaveLength(1);
    expect(body.errors?.[0].extensions.missing).toEqual(['home']);
    expect(body.errors?.[0].path).toBeUndefined();
  });

  it('waits for a slow subgraph so long and no longer', async () => {
    places.beforeAnswer = () => new Promise((resolve) => setTimeout(resolve, 10_000).unref());
    const began = Date.now();
    const { body } = await gateway.ask('mobile', token, '{ me { name home { town } } }');
    expect(Date.now() - began).toBeLessThan(3_000);
    expect(body.data).toEqual({ me: { name: 'ada', home: null } });
    expect(body.errors?.[0].extensions.code).toBe('SUBGRAPH_UNAVAILABLE');
  });

  it('says degraded, never unready, when a subgraph is gone', async () => {
    await places.stop();
    const ready = await fetch(`${gateway.url}/health/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status: 'degraded', degraded: ['places'] });
  });

  it('does not tell a refused row from one that does not exist', async () => {
    const { body } = await gateway.ask('mobile', token, '{ me { name friend { garden } } }');
    expect(body).toEqual({ data: { me: { name: 'ada', friend: null } } });
  });

  it('masks a subgraph that takes the gateway for a stranger', async () => {
    const changed = startTestGateway({
      subgraphs: [people, { ...places, key: Buffer.alloc(32) }],
      issuers: [issuer],
    });
    const { body, text } = await (await changed).ask('mobile', token, '{ me { name home { town } } }');
    expect(body.data).toEqual({ me: { name: 'ada', home: null } });
    expect(body.errors?.[0].extensions.code).toBe('INTERNAL');
    expect(text).not.toMatch(inside);
    await (await changed).stop();
  });
});
