export { ConfigError, readConfig } from './read-config.js';
export { modeSchema, type Mode } from './mode.js';
export { renewTls, tlsConfigOf, tlsEnv, tlsServerOptions, type TlsConfig, type TlsFiles } from './tls.js';
