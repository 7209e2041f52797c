import { ConfigError } from '@zhijia/config';
import { endOnSignal } from '@zhijia/subgraph';
import { readIssuerConfig } from './identity/issuer/issuer.config.js';
import { serveIssuer } from './identity/issuer/serve-issuer.js';

try {
  const config = readIssuerConfig();
  const issuer = await serveIssuer(config);
  endOnSignal(issuer.stop, issuer.log, config.leash === 'stdin');
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
