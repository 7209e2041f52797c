import { testIssuer } from '@zhijia/testing';
import { startPeople, startPlaces } from './support/people-and-places.js';
import { startTestGateway } from './support/start-test-gateway.js';

it('lets running operations end when it is told to stop, and takes no new ones', async () => {
  const [people, places, issuer] = await Promise.all([startPeople(), startPlaces(), testIssuer()]);
  const gateway = await startTestGateway({ subgraphs: [people, places], issuers: [issuer] });
  const token = await issuer.token({ subject: 'ada' });
  const began = Date.now();
  const reached = new Promise<void>((resolve) => {
    people.beforeAnswer = () => {
      resolve();
      return new Promise((answer) => setTimeout(answer, 300));
    };
  });
  const running = gateway.ask('mobile', token, '{ me { name home { town } } }');
  await reached;
  const stopped = gateway.stop();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await expect(gateway.ask('mobile', token, '{ me { name } }')).rejects.toThrow('fetch failed');
  expect((await running).body).toEqual({ data: { me: { name: 'ada', home: { town: 'Town 1' } } } });
  await stopped;
  // Not held up by connections that clients keep open.
  expect(Date.now() - began).toBeLessThan(2_000);
  await Promise.all([people.stop(), places.stop()]);
});
