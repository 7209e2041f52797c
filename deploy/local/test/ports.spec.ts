import { createServer, type Server } from 'node:net';
import { isFree, reservePort } from '../src/ports.mjs';

describe('reservePort', () => {
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => server.close()));

  it('takes the next free port when the preferred one is in use', async () => {
    const first = await reservePort('free');
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(first.port, '127.0.0.1', resolve));
    first.release();
    expect(await isFree(first.port)).toBe(false);
    const next = await reservePort(first.port);
    expect(next.port).toBeGreaterThan(first.port);
    next.release();
  });

  it('gives a port to one only, before anybody listens on it', async () => {
    const reservations = await Promise.all(Array.from({ length: 20 }, () => reservePort(28_500)));
    expect(new Set(reservations.map(({ port }) => port)).size).toBe(20);
    for (const reservation of reservations) reservation.release();
  });
});
