import { ConfigError } from '@zhijia/config';
import { endOnSignal } from './end-on-signal.js';
import { readGatewayConfig } from './gateway.config.js';
import { serveGateway } from './serve-gateway.js';

try {
  const config = readGatewayConfig();
  const gateway = await serveGateway(config);
  endOnSignal(gateway.stop, gateway.log, config.leash === 'stdin');
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
