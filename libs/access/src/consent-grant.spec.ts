import { randomBytes, randomUUID } from 'node:crypto';
import { readConsentGrant, signConsentGrant, type ConsentGrant } from './consent-grant.js';
import { signValue } from './signed-value.js';

const key = randomBytes(32);
const bank = { issuer: 'https://issuer', client: 'first-bank' };
const grant: ConsentGrant = { consentId: randomUUID(), memberId: randomUUID(), fields: ['MEMBERSHIP', 'POINTS'] };

describe('a consent grant', () => {
  const signed = signConsentGrant(grant, bank, key, 1_000_000);

  it('tells the same partner what it covers, for half a minute', () => {
    expect(readConsentGrant(signed, bank, [key], 1_000_000)).toEqual(grant);
    expect(readConsentGrant(signed, bank, [key], 1_030_000)).toEqual(grant);
    expect(readConsentGrant(signed, bank, [key], 1_030_001)).toBeNull();
  });

  it('says nothing to another client, under another issuer, under another key, or ahead of its time', () => {
    expect(readConsentGrant(signed, { ...bank, client: 'second-bank' }, [key], 1_000_000)).toBeNull();
    expect(readConsentGrant(signed, { ...bank, issuer: 'https://another' }, [key], 1_000_000)).toBeNull();
    expect(readConsentGrant(signed, bank, [randomBytes(32)], 1_000_000)).toBeNull();
    expect(readConsentGrant(signed, bank, [key], 994_999)).toBeNull();
  });

  it('is read under the second key while keys are rotated', () => {
    expect(readConsentGrant(signed, bank, [randomBytes(32), key], 1_000_000)).toEqual(grant);
  });

  it('is no grant with one character changed', () => {
    const accepted = [...signed].flatMap((character, place) => {
      const changed = signed.slice(0, place) + (character === 'A' ? 'B' : 'A') + signed.slice(place + 1);
      return readConsentGrant(changed, bank, [key], 1_000_000) === null ? [] : [place];
    });
    expect(accepted).toEqual([]);
  });

  it.each(['', '.', 'a.b.c', 'nonsense', signValue({ what: 'something else' }, key)])('is not %j', (text) => {
    expect(readConsentGrant(text, bank, [key], 1_000_000)).toBeNull();
  });
});
