import { readState } from '../deploy/local/src/stack-state.mjs';
import { build } from './build.mjs';
import { services } from './schema/services.mjs';

/**
 * One service's use cases in this process, from its build, with the environment the running stack gave it; variables
 * set here win (`DATABASE_URL_<SERVICE>` points a command at an existing server).
 *
 * @param {string} name members, timebank, evaluations or benefits
 * @throws Error in one sentence when there is neither a running stack nor an environment
 */
export async function openService(name) {
  if (!services.includes(name)) throw new Error(`There is no service "${name}": ${services.join(', ')}.`);
  const environment = environmentOf(name);
  await build();
  const capital = name[0].toUpperCase() + name.slice(1);
  const { openSubgraph } = await import('@zhijia/subgraph');
  const { [`${name}Subgraph`]: definition } = await import(`../services/${name}/dist/${name}.subgraph.js`);
  const { [`read${capital}Config`]: readConfig } = await import(`../services/${name}/dist/${name}.config.js`);
  return openSubgraph(definition, readConfig(environment));
}

function environmentOf(name) {
  const stack = readState();
  const url = process.env[`DATABASE_URL_${name.toUpperCase()}`];
  if (stack === null && url === undefined && process.env.DATABASE_URL === undefined) {
    throw new Error(
      'No stack runs here: start one with `npm run stack -- up`, or set DATABASE_URL_' + name.toUpperCase() + '.',
    );
  }
  return {
    LOG_LEVEL: 'warn',
    ...stack?.environments?.[name],
    ...process.env,
    ...(url === undefined ? {} : { DATABASE_URL: url }),
  };
}
