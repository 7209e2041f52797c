import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { signViewerStatement, verifyViewerStatement, type StatedRequest } from './viewer-statement.js';
import { Viewer } from './viewer.js';

const key = randomBytes(32);
const now = Date.UTC(2026, 10, 23, 1);
const request: StatedRequest = {
  subgraph: 'timebank',
  method: 'POST',
  path: '/graphql',
  body: '{"query":"{ me { id } }"}',
};
const viewer = new Viewer({
  issuer: 'https://issuer.example',
  subject: 'ada',
  client: 'app',
  audience: 'mobile',
  memberId: null,
  roles: [{ role: 'member', organisationId: '0198c1a0-0000-7000-8000-000000000001' }],
  actingFor: null,
});

function check(header: string | undefined, changed: Partial<StatedRequest> = {}, atMs = now, keys = [key]) {
  return verifyViewerStatement(header, { ...request, ...changed }, keys, atMs);
}

describe('a viewer statement', () => {
  const statement = signViewerStatement(viewer, request, key, now);

  it('says who asks', () => {
    expect(check(statement)).toEqual({ kind: 'verified', viewer });
  });

  it.each([
    ['another body', { body: '{"query":"{ me { name } }"}' }],
    ['another subgraph', { subgraph: 'members' }],
    ['another method', { method: 'GET' }],
    ['another path', { path: '/graphql?x=1' }],
  ])('holds for no other request: %s', (_what, changed) => {
    expect(check(statement, changed)).toEqual({ kind: 'refused', reason: 'badSignature' });
  });

  it('says of another viewer who that is, though the same one asked before', () => {
    const other = new Viewer({ ...viewer, subject: 'ben' });
    expect(check(signViewerStatement(other, request, key, now))).toEqual({ kind: 'verified', viewer: other });
    expect(check(statement)).toEqual({ kind: 'verified', viewer });
  });

  it('holds for no other time than it says', () => {
    const [text = '', issuedAt = '', mac = ''] = statement.split('.');
    const later = `${text}.${String(Number(issuedAt) + 1)}.${mac}`;
    expect(check(later)).toEqual({ kind: 'refused', reason: 'badSignature' });
  });

  it('is refused when what the gateway signed is no viewer', () => {
    const nobody = signViewerStatement({ ...viewer, audience: 'nobody' as 'mobile' }, request, key, now);
    expect(check(nobody)).toEqual({ kind: 'refused', reason: 'malformed' });
  });

  it('holds for 30 seconds', () => {
    expect(check(statement, {}, now + 30_000).kind).toBe('verified');
    expect(check(statement, {}, now + 30_001)).toEqual({ kind: 'refused', reason: 'expired' });
    expect(check(statement, {}, now - 6_000)).toEqual({ kind: 'refused', reason: 'expired' });
  });

  it('holds under the current and the previous key while keys rotate, and under no other', () => {
    expect(check(statement, {}, now, [randomBytes(32), key]).kind).toBe('verified');
    expect(check(statement, {}, now, [randomBytes(32)])).toEqual({ kind: 'refused', reason: 'badSignature' });
  });

  it('is needed', () => {
    expect(check(undefined)).toEqual({ kind: 'refused', reason: 'missing' });
    expect(check('not-a-statement')).toEqual({ kind: 'refused', reason: 'malformed' });
  });

  it('bears no change of a single character', () => {
    fc.assert(
      fc.property(fc.nat({ max: statement.length - 1 }), fc.constantFrom(...'ABCxyz019-_.='), (position, character) => {
        fc.pre(statement[position] !== character);
        const changed = statement.slice(0, position) + character + statement.slice(position + 1);
        expect(check(changed).kind).toBe('refused');
      }),
      { numRuns: 2_000 },
    );
  });
});
