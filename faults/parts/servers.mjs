import { join } from 'node:path';
import { keepRunning } from '../../deploy/local/src/keep-running.mjs';
import { startKafka } from '../../deploy/local/src/kafka.mjs';
import { startPostgres } from '../../deploy/local/src/postgres.mjs';

/**
 * A PostgreSQL and a Kafka as the demonstration has them, each of which can be killed and started again on its
 * port and data: `postgres.kill()`, `postgres.start()`, `postgres.pid`.
 *
 * @param {object} opened from `openRun`
 * @param {string} directory
 * @param {(step: () => unknown) => void} undo
 */
export async function startServers(opened, directory, undo) {
  const { progress } = opened;
  const starting = [
    progress.step('PostgreSQL', () =>
      keepServer('postgres', undo, (port) =>
        startPostgres({
          directory: join(directory, 'postgres'),
          port,
          password: 'postgres',
          profile: 'demonstration',
          logFile: join(directory, 'postgres.log'),
        }),
      ),
    ),
    progress.step('Kafka', () =>
      keepServer('kafka', undo, (port) =>
        startKafka({
          directory: join(directory, 'kafka'),
          port,
          profile: 'demonstration',
          logFile: join(directory, 'kafka.log'),
          onFetch: (fetch) => progress.step("Kafka's jars through Maven", fetch),
        }),
      ),
    ),
  ];
  await Promise.allSettled(starting);
  const [postgres, kafka] = await Promise.all(starting);
  return {
    postgres: Object.assign(postgres, { adminUrl: postgres.part.adminUrl }),
    kafka: Object.assign(kafka, { brokers: kafka.part.brokers }),
  };
}

async function keepServer(name, undo, startOn) {
  let port = 'free';
  const server = await keepRunning({
    name,
    say: () => {},
    start: async () => {
      const part = await startOn(port);
      if (port !== 'free' && part.port !== port) throw new Error(`${name} came back on another port`);
      port = part.port;
      return part;
    },
  });
  undo(() => server.stop());
  return server;
}
