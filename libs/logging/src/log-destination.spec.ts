import { closeSync, existsSync, openSync } from 'node:fs';
import { pino } from 'pino';
import { logDestination } from './log-destination.js';

/** A device whose disk is always full. */
const fullDevice = '/dev/full';

(existsSync(fullDevice) ? describe : describe.skip)('a log on a full disk', () => {
  it('ends nothing, and does not grow for ever', () => {
    const fd = openSync(fullDevice, 'w');
    try {
      const lines = logDestination(fd);
      let lost = 0;
      lines.on('drop', () => (lost += 1));
      const log = pino(lines);
      for (let line = 0; line < 3_000; line += 1) log.info({ line, text: 'x'.repeat(1_000) }, 'A line');
      expect(lost).toBeGreaterThan(1_000);
    } finally {
      closeSync(fd);
    }
  });
});
