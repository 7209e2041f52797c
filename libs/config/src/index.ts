export { ConfigError, readConfig } from './read-config.js';
export { modeSchema, type Mode } from './mode.js';
