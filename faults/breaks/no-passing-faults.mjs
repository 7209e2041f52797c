/** A service that takes every failure of the database for its own. */
import pg from 'pg';

const { _handleErrorMessage: handle } = pg.Client.prototype;

pg.Client.prototype._handleErrorMessage = function (message) {
  if (/^(53|57|08)/.test(message.code)) message.code = 'XX000';
  return handle.call(this, message);
};
