/**
 * Stands for a service in tests of the runner: keeps its side of the environment contract and nothing else. A POST
 * tells its environment; `/crash` ends it; `FAKE_STUBBORN` makes it deaf to every polite end.
 */
import { createServer } from 'node:http';

const stubborn = process.env.FAKE_STUBBORN !== undefined;
if (process.env.FAKE_FAILS !== undefined) {
  console.error('fake service: this one does not start');
  process.exit(3);
}

const server = createServer((request, response) => {
  if (request.url === '/crash') process.exit(7);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(request.method === 'POST' ? { env: process.env } : { status: 'ready' }));
});
server.listen(Number(process.env.PORT), process.env.HOST);

const end = () => {
  if (!stubborn) process.exit(0);
};
process.on('SIGTERM', end);
if (process.env.ZHIJIA_LEASH === 'stdin') process.stdin.on('end', end).resume();
