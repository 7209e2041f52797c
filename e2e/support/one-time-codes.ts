import { readFileSync } from 'node:fs';
import { until } from '@zhijia/testing';
import type { Product } from './product.js';

/** The code that went to a number: development's channel is the issuer's log, with the number masked. */
export async function codeFor(product: Product, phone: string, sentBefore = 0): Promise<string> {
  const to = `${phone.slice(0, 3)}****${phone.slice(-4)}`;
  return until(
    async () => {
      const lines = readFileSync(product.stack.logOf('issuer'), 'utf8').split('\n');
      const sent = lines.flatMap((line) => {
        const told = line.startsWith('{') ? (JSON.parse(line) as { to?: string; code?: string }) : {};
        return told.to === to && told.code !== undefined ? [told.code] : [];
      });
      return sent[sentBefore];
    },
    { what: `a code for member ${to}` },
  );
}
