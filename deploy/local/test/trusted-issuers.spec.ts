import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { roleNames } from '@zhijia/access';
// @ts-expect-error -- plain JavaScript, because it runs before anything is installed
import { writeTrustedIssuers } from '../src/trusted-issuers.mjs';

describe('the issuers of a local stack', () => {
  it('are that of development and the built-in one, which both speak for every role there is', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'zhijia-issuers-')), 'issuers.json');
    (writeTrustedIssuers as (file: string, issuers: object) => void)(file, {
      jwksFile: 'issuer.jwks.json',
      issuerUrl: 'http://127.0.0.1:4105',
    });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject([
      { development: true, jwksFile: 'issuer.jwks.json', roles: [...roleNames] },
      { issuer: 'http://127.0.0.1:4105', jwksUrl: 'http://127.0.0.1:4105/jwks', roles: [...roleNames] },
    ]);
  });
});
