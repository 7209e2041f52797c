/** A service that logs the body of each request. */
import { Server } from 'node:http';

const { emit } = Server.prototype;

Server.prototype.emit = function (event, request, ...others) {
  if (event === 'request') {
    const { push } = request;
    request.push = function (chunk, ...rest) {
      if (chunk !== null) process.stderr.write(`${JSON.stringify({ level: 'info', body: String(chunk) })}\n`);
      return push.call(this, chunk, ...rest);
    };
  }
  return emit.call(this, event, request, ...others);
};
