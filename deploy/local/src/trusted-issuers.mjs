import { writeFileSync } from 'node:fs';
import { developmentIssuer } from './secrets.mjs';

/** Every role of `libs/access`: both issuers of this machine speak for all of them. */
const roles = [
  'member',
  'delegate',
  'chair',
  'secretary',
  'treasurer',
  'supervisor',
  'department-officer',
  'merchant',
  'service-provider',
  'assessor',
  'bank-client',
  'auditor',
  'administrator',
];

/** What the gateway believes: whose tokens, for which audience (the token's `aud`), and which roles they may assert. */
export function writeTrustedIssuers(file, { jwksFile, issuerUrl }) {
  const audiences = { mobile: 'zhijia-mobile', dashboard: 'zhijia-dashboard', bank: 'zhijia-bank' };
  const issuers = [
    // `npm run token` takes the first.
    { issuer: developmentIssuer, development: true, jwksFile, audiences, roles },
    { issuer: issuerUrl, jwksUrl: `${issuerUrl}/jwks`, audiences, roles },
  ];
  writeFileSync(file, `${JSON.stringify(issuers, null, 2)}\n`);
}
