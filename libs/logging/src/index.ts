export { createLog, type Log } from './create-log.js';
export { describeError, type ErrorDescription } from './describe-error.js';
