import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { roleNames } from '@zhijia/access';
// @ts-expect-error -- plain JavaScript, because it runs before anything is installed
import { writeTrustedIssuers } from '../src/trusted-issuers.mjs';

describe('the issuers of a local stack', () => {
  it('are one of development, which speaks for every role there is', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'zhijia-issuers-')), 'issuers.json');
    (writeTrustedIssuers as (file: string, jwksFile: string) => void)(file, 'issuer.jwks.json');
    const [issuer, ...others] = JSON.parse(readFileSync(file, 'utf8'));
    expect(others).toEqual([]);
    expect(issuer).toMatchObject({ development: true, jwksFile: 'issuer.jwks.json', roles: [...roleNames] });
  });
});
