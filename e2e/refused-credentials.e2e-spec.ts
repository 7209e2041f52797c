import { createHash, createHmac, createPublicKey, randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConsentField } from '@zhijia/contracts';
import { aCertificate, testIssuer, type TestIssuer } from '@zhijia/testing';
import { exportJWK, importJWK, SignJWT } from 'jose';
/* eslint-disable @nx/enforce-module-boundaries -- Gateway and services meet here as their own tests start them. */
import type { GatewayCode } from '../gateway/src/refusals.js';
import { now, proofOf, signatureOf, someKeys, tokenOf, type Keys } from '../gateway/test/support/partner.js';
import { startSmallSubgraph, type SmallSubgraph } from '../gateway/test/support/small-subgraph.js';
import { listed, startTestGateway, type Answer, type TestGateway } from '../gateway/test/support/start-test-gateway.js';
/* eslint-enable @nx/enforce-module-boundaries */
import { openConsentWorld, type ConsentWorld } from './support/consent-world.js';

const all = '@tag(name: "mobile") @tag(name: "dashboard") @tag(name: "bank")';
const typeDefs = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@tag"])
type Query { name: String ${all} }
type Mutation { pay(fen: Int! ${all}): Int ${all} }`;

const question = '{"query":"{ name }"}';
const payment = '{"query":"mutation { pay(fen: 100) }"}';
const organisationId = '0199d1a0-0000-7000-8000-0000000000aa';

/** What a partner may read of a member, and what a consent calls it. */
const consented: Readonly<Record<string, ConsentField>> = {
  status: 'MEMBERSHIP',
  joinedOn: 'MEMBERSHIP',
  organisationNameZh: 'ORGANISATION',
  organisationUnifiedCode: 'ORGANISATION',
  maskedName: 'MASKED_NAME',
  maskedPhone: 'MASKED_PHONE',
  verification: 'VERIFICATION',
  timeBalanceMinutes: 'TIME_ACCOUNT',
  pointsBalance: 'POINTS',
};
const everyField = Object.keys(consented).join(' ');

type Facts = Record<string, unknown>;

/** What differs from a request of a person at /mobile that is let in. */
interface TokenDifference {
  claims?: Facts;
  header?: Facts;
  token?: (good: string) => string | null | Promise<string | null>;
}

/** What differs from a bound request of a partner's server at /bank that is let in. */
interface ProofDifference {
  claims?: Facts;
  header?: Facts;
  by?: Keys;
  scheme?: string;
  proof?: (good: string) => string | null;
  token?: Facts;
  headers?: Record<string, string>;
}

/** What differs from a read under a consent that is answered. */
interface ConsentDifference {
  id?: string;
  claims?: Facts;
}

/** What differs from a grant under which the service that it came to answers. */
type GrantDifference = Parameters<ConsentWorld['grantOf']>[0];

/** What differs from a signed payment of that server. */
interface SignatureDifference {
  header?: Facts;
  by?: Keys;
  over?: string;
  signature?: (good: string) => string | null;
  registered?: Keys[];
}

/**
 * Everything that says who somebody is, wrong in one way at a time. The request that each row departs from is let in:
 * what is refused is the difference.
 */
describe('credentials that are refused', () => {
  let bank: SmallSubgraph;
  let world: ConsentWorld;
  let issuer: TestIssuer;
  let stranger: TestIssuer;
  let gateway: TestGateway;
  let bound: Keys;
  let signing: Keys;
  let nextSigning: Keys;
  let strangers: Keys;
  let strangersSigning: Keys;

  beforeAll(async () => {
    bank = await startSmallSubgraph('bank', typeDefs, {
      Query: { name: () => 'First Bank' },
      Mutation: { pay: (_: unknown, { fen }: { fen: number }) => fen },
    });
    [issuer, stranger] = await Promise.all([testIssuer(), testIssuer()]);
    world = await openConsentWorld({ issuer: issuer.issuer, clientId: 'bank' });
    const folder = mkdtempSync(join(tmpdir(), 'zhijia-refused-'));
    gateway = await startTestGateway({
      subgraphs: [bank, ...world.subgraphs],
      issuers: [],
      trusted: [listed(issuer, folder, { development: false, roles: ['member', 'chair', 'bank-client'] })],
      env: { BOARDS_SUBGRAPH: 'none' },
    });
    [bound, strangers, signing, nextSigning, strangersSigning] = await Promise.all([
      someKeys(),
      someKeys(),
      someKeys('PS256', '2026-1'),
      someKeys('PS256', '2026-2'),
      someKeys('PS256', '2026-1'),
    ]);
  });
  beforeEach(() => {
    bank.received.length = 0;
  });
  afterAll(async () => {
    await gateway.stop();
    await Promise.all([bank.stop(), world.close()]);
  });

  const address = (): string => `${gateway.url}/bank/graphql`;
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const personal = (): Facts => ({
    iss: issuer.issuer,
    sub: 'ada',
    aud: 'zhijia-mobile',
    exp: now() + 300,
    client_id: 'app',
  });

  const personalToken = (audience = 'mobile'): Promise<string> =>
    issuer.token({ audience: `zhijia-${audience}`, memberId: world.memberId });

  async function asPerson({ claims, header, token }: TokenDifference = {}): Promise<Answer> {
    const good = await new SignJWT({ ...personal(), ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: issuer.privateKey.kid, ...header })
      .sign(await importJWK(issuer.privateKey));
    return gateway.post('mobile', token === undefined ? good : await token(good), question);
  }

  async function asServer(
    difference: ProofDifference = {},
    body = question,
    signs: readonly Keys[] = [signing],
  ): Promise<Answer> {
    const token = await tokenOf(issuer, {
      cnf: { jkt: bound.thumbprint },
      signing_jwks: { keys: signs.map(({ publicJwk }) => publicJwk) },
      ...difference.token,
    });
    const good = await proofOf({ token, url: address() }, difference.by ?? bound, difference);
    const dpop = difference.proof === undefined ? good : difference.proof(good);
    return gateway.post('bank', null, body, {
      authorization: `${difference.scheme ?? 'DPoP'} ${token}`,
      ...(dpop === null ? {} : { dpop }),
      ...difference.headers,
    });
  }

  async function asSigner({ header, by, over, signature, registered }: SignatureDifference = {}): Promise<Answer> {
    const good = await signatureOf(over ?? payment, by ?? signing, header);
    const sent = signature === undefined ? good : signature(good);
    const headers: Record<string, string> = sent === null ? {} : { 'x-jws-signature': sent };
    return asServer({ headers }, payment, registered ?? [signing, nextSigning]);
  }

  /** The partner's server asks under its consent. */
  function asReader(consentId: string, claims: Facts = {}, fields = everyField): Promise<Answer> {
    const token = { roles: [{ role: 'bank-client', organisationId }], ...claims };
    const query = `query ($id: ID!) { consentedMember(consentId: $id) { ${fields} } }`;
    return asServer({ token }, JSON.stringify({ query, variables: { id: consentId } }));
  }

  it('are let in where nothing is wrong with them', async () => {
    const answers = [await asPerson(), await asServer(), await asSigner(), await asSigner({ by: nextSigning })];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const { body } = await asReader(await world.given());
    expect(body).toEqual({ data: { consentedMember: world.shown } });
    for (const holder of world.grantHolders) {
      expect(await holder.read(world.grantOf({ field: holder.field }))).toEqual({
        data: { _entities: [{ [holder.name]: world.shown[holder.name] }] },
      });
    }
  });

  /** HS256 with the text of the public key as the secret: the classic mistake of verifiers. */
  const signedWithPublicKey = (asText: string): string => {
    const signed = `${part({ alg: 'HS256', kid: issuer.privateKey.kid })}.${part(personal())}`;
    return `${signed}.${createHmac('sha256', asText).update(signed).digest('base64url')}`;
  };
  const pemOf = (issuers: TestIssuer): string =>
    createPublicKey({ key: issuers.jwks.keys[0] as never, format: 'jwk' })
      .export({ format: 'pem', type: 'spki' })
      .toString();
  /** The same signature under another header or other claims. */
  const rewritten = (token: string, place: 0 | 1, change: Facts): string => {
    const parts = token.split('.');
    const said = JSON.parse(Buffer.from(parts[place] ?? '', 'base64url').toString()) as Facts;
    parts[place] = part({ ...said, ...change });
    return parts.join('.');
  };
  const respelled = (token: string): string => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    return token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1) ?? '') + 1];
  };
  interface Refused {
    status: number;
    body: Answer['body'];
    /** Lines that the ledger of uses gets: none where nothing was read. */
    lines?: number;
  }
  const cases: [of: string, what: string, send: () => Promise<Answer>, refused: Refused][] = [];
  const error = (code: string) => ({
    message: expect.stringMatching(/\w.*\p{Script=Han}/u),
    extensions: { code },
  });
  const token = (what: string, code: GatewayCode, difference: () => TokenDifference): void => {
    cases.push(['a token', what, () => asPerson(difference()), { status: 401, body: { errors: [error(code)] } }]);
  };
  const proof = (
    what: string,
    difference: () => ProofDifference | Promise<ProofDifference>,
    code: GatewayCode = 'PROOF_NOT_ACCEPTED',
  ): void => {
    const refused = { status: 401, body: { errors: [error(code)] } };
    cases.push(['a proof', what, async () => asServer(await difference()), refused]);
  };
  const signature = (what: string, code: GatewayCode, difference: () => SignatureDifference): void => {
    cases.push(['a signature', what, () => asSigner(difference()), { status: 400, body: { errors: [error(code)] } }]);
  };
  /** All of them are answered as a consent that never was. */
  const consent = (what: string, difference: () => Promise<ConsentDifference>): void => {
    const send = async () => {
      const { id, claims } = await difference();
      return asReader(id ?? (await world.given()), claims);
    };
    cases.push(['a consent', what, send, { status: 200, body: { data: { consentedMember: null } } }]);
  };
  const consentAsked = (what: string, refused: Refused, send: (consentId: string) => Promise<Answer>): void => {
    cases.push(['a consent', what, async () => send(await world.given()), refused]);
  };
  /** Asked of the services themselves, in a viewer statement that is good: no client ever holds a grant. */
  const grant = (what: string, difference: () => GrantDifference | string, shows: 'nobody' | 'nothing' = 'nobody') => {
    for (const [place, at] of ['timebank', 'benefits'].entries()) {
      const send = async () => {
        const holder = world.grantHolders[place]!;
        const changed = difference();
        const { viewer, ...facts } = typeof changed === 'string' ? { viewer: undefined } : changed;
        const text = typeof changed === 'string' ? changed : world.grantOf({ field: holder.field, ...facts });
        const body = (await holder.read(text, viewer)) as Answer['body'];
        return { status: 200, headers: new Headers(), text: '', body };
      };
      const found = shows === 'nobody' ? null : { [place === 0 ? 'timeBalanceMinutes' : 'pointsBalance']: null };
      cases.push([`a grant at ${at}`, what, send, { status: 200, body: { data: { _entities: [found] } } }]);
    }
  };

  token('that is not there', 'TOKEN_MISSING', () => ({ token: () => null }));
  token('that is no token', 'TOKEN_MALFORMED', () => ({ token: () => 'a.b' }));
  token('without JSON in it', 'TOKEN_MALFORMED', () => ({ token: () => 'abc.def.ghi' }));
  token('of 9,000 characters', 'TOKEN_MALFORMED', () => ({ token: () => `${'a'.repeat(9_000)}.b.c` }));
  token('that has expired', 'TOKEN_EXPIRED', () => ({ claims: { exp: now() - 60 } }));
  token('that is valid only in a minute', 'TOKEN_NOT_TRUSTED', () => ({ claims: { nbf: now() + 60 } }));
  token('that was made in a minute', 'TOKEN_NOT_TRUSTED', () => ({ claims: { iat: now() + 60 } }));
  token('without an end', 'TOKEN_MALFORMED', () => ({ claims: { exp: undefined } }));
  token('of nobody', 'TOKEN_MALFORMED', () => ({ claims: { sub: undefined } }));
  token('of no client', 'TOKEN_MALFORMED', () => ({ claims: { client_id: undefined } }));
  token('of no issuer', 'TOKEN_MALFORMED', () => ({ claims: { iss: undefined } }));
  token('for no audience', 'TOKEN_WRONG_AUDIENCE', () => ({ claims: { aud: undefined } }));
  token('for another audience', 'TOKEN_WRONG_AUDIENCE', () => ({ claims: { aud: 'zhijia-bank' } }));
  token('of an unknown issuer', 'TOKEN_NOT_TRUSTED', () => ({ token: () => stranger.token() }));
  token("of an unknown issuer in this one's name", 'TOKEN_NOT_TRUSTED', () => ({
    token: () => stranger.token({ issuer: issuer.issuer }),
  }));
  token('by an unknown key', 'TOKEN_NOT_TRUSTED', () => ({ header: { kid: randomUUID() } }));
  token('by nobody (alg none)', 'TOKEN_NOT_TRUSTED', () => ({
    token: () => `${part({ alg: 'none' })}.${part(personal())}.`,
  }));
  token('by nobody, spelled otherwise', 'TOKEN_NOT_TRUSTED', () => ({
    token: () => `${part({ alg: 'None' })}.${part(personal())}.`,
  }));
  token('by HS256 with the public key as JWK', 'TOKEN_NOT_TRUSTED', () => ({
    token: () => signedWithPublicKey(JSON.stringify(issuer.jwks.keys[0])),
  }));
  token('by HS256 with the public key as PEM', 'TOKEN_NOT_TRUSTED', () => ({
    token: () => signedWithPublicKey(pemOf(issuer)),
  }));
  token('with a critical header that nobody knows', 'TOKEN_NOT_TRUSTED', () => ({
    token: (good) => rewritten(good, 0, { crit: ['x'], x: 1 }),
  }));
  token('with a key of its own', 'TOKEN_NOT_TRUSTED', () => ({
    token: async () =>
      new SignJWT(personal())
        .setProtectedHeader({ alg: 'ES256', jwk: strangers.publicJwk, kid: randomUUID() })
        .sign(strangers.privateKey),
  }));
  token('with other claims under its signature', 'TOKEN_NOT_TRUSTED', () => ({
    token: (good) => rewritten(good, 1, { sub: 'eve' }),
  }));
  token('with another spelling of its signature', 'TOKEN_MALFORMED', () => ({ token: respelled }));
  token('with a role that its issuer may not assert', 'TOKEN_NOT_TRUSTED', () => ({
    claims: { roles: [{ role: 'administrator', organisationId }] },
  }));
  token('with a role that nobody has', 'TOKEN_NOT_TRUSTED', () => ({
    claims: { roles: [{ role: 'king', organisationId }] },
  }));
  token('with a role in no organisation', 'TOKEN_MALFORMED', () => ({ claims: { roles: [{ role: 'chair' }] } }));
  token('of a member who is no UUID', 'TOKEN_MALFORMED', () => ({ claims: { member_id: '1; DROP' } }));
  token('of a subject with a space', 'TOKEN_MALFORMED', () => ({ claims: { sub: 'ada app' } }));
  token('bound to something unknown', 'TOKEN_MALFORMED', () => ({ claims: { cnf: { kid: 'x' } } }));
  token('bound to a key, without a proof', 'PROOF_NOT_ACCEPTED', () => ({
    claims: { cnf: { jkt: bound.thumbprint } },
  }));

  proof('that is not there', () => ({ proof: () => null }));
  proof('that is empty', () => ({ proof: () => '' }));
  proof('beside a second one', () => ({ proof: (good) => `${good}, ${good}` }));
  proof('of 10,000 characters', () => ({ claims: { filler: 'x'.repeat(10_000) } }));
  proof('that is no JWT', () => ({ proof: () => 'proof' }));
  proof('for a token that is sent as Bearer', () => ({ scheme: 'Bearer' }));
  proof('by another key', () => ({ by: strangers }));
  proof("by another key under this one's name", () => ({ by: strangers, header: { jwk: bound.publicJwk } }));
  proof('without a key', () => ({ header: { jwk: undefined } }));
  proof('for another method', () => ({ claims: { htm: 'GET' } }));
  proof('for another audience', () => ({ claims: { htu: `${gateway.url}/mobile/graphql` } }));
  proof('for another host', () => ({ claims: { htu: 'https://elsewhere.example/bank/graphql' } }));
  proof('for no address', () => ({ claims: { htu: undefined } }));
  proof('for another token', () => ({ claims: { ath: createHash('sha256').update('other').digest('base64url') } }));
  proof('for no token', () => ({ claims: { ath: undefined } }));
  proof('of two minutes ago', () => ({ claims: { iat: now() - 120 } }));
  proof('of a minute ahead', () => ({ claims: { iat: now() + 60 } }));
  proof('that is valid only in a minute', () => ({ claims: { nbf: now() + 60 } }));
  proof('that is over', () => ({ claims: { exp: now() - 1 } }));
  proof('without a time', () => ({ claims: { iat: undefined } }));
  proof('without an id', () => ({ claims: { jti: undefined } }));
  proof('with an empty id', () => ({ claims: { jti: '' } }));
  proof('with an id of a thousand characters', () => ({ claims: { jti: 'x'.repeat(1_000) } }));
  proof('of another type', () => ({ header: { typ: 'JWT' } }));
  proof('with a private key in it', async () => ({ header: { jwk: await exportJWK(bound.privateKey) } }));
  proof('for a token without a key', () => ({ token: { cnf: undefined } }), 'TOKEN_NOT_BOUND');
  proof(
    'beside a certificate, over a connection without',
    () => ({
      token: { cnf: { jkt: bound.thumbprint, 'x5t#S256': 'A'.repeat(43) } },
    }),
    'CERTIFICATE_NOT_ACCEPTED',
  );
  proof(
    'in place of a certificate',
    () => {
      const certificate = aCertificate('bank');
      return {
        scheme: 'Bearer',
        token: { cnf: { 'x5t#S256': certificate.thumbprint } },
        // No proxy is named: nobody may say this of their own connection.
        headers: { 'client-cert': certificate.header },
      };
    },
    'CERTIFICATE_NOT_ACCEPTED',
  );

  signature('that is not there', 'SIGNATURE_MISSING', () => ({ signature: () => null }));
  signature('that is empty', 'SIGNATURE_MALFORMED', () => ({ signature: () => '' }));
  signature('with the payload in it', 'SIGNATURE_MALFORMED', () => ({
    signature: (good) => good.replace('..', `.${Buffer.from(payment).toString('base64url')}.`),
  }));
  signature('without its last part', 'SIGNATURE_MALFORMED', () => ({ signature: (good) => `${good.split('.')[0]}..` }));
  signature('beside a second one', 'SIGNATURE_MALFORMED', () => ({ signature: (good) => `${good}, ${good}` }));
  signature('without JSON in its header', 'SIGNATURE_MALFORMED', () => ({
    signature: (good) => `YWJj..${good.split('.')[2]}`,
  }));
  signature('with another spelling of its last part', 'SIGNATURE_MALFORMED', () => ({ signature: respelled }));
  signature('over an encoded payload (b64)', 'SIGNATURE_MALFORMED', () => ({ header: { b64: true } }));
  signature('with nothing critical', 'SIGNATURE_MALFORMED', () => ({
    signature: (good) => rewritten(good, 0, { crit: undefined }),
  }));
  signature('with something else critical', 'SIGNATURE_MALFORMED', () => ({
    header: { crit: ['b64', 'exp'], exp: now() + 60 },
  }));
  for (const alg of ['RS256', 'ES256', 'HS256', 'none', undefined]) {
    signature(`by ${alg ?? 'no algorithm'}`, 'SIGNATURE_MALFORMED', () => ({
      signature: (good) => rewritten(good, 0, { alg }),
    }));
  }
  signature('with a key of its own', 'SIGNATURE_MALFORMED', () => ({ header: { jwk: strangersSigning.publicJwk } }));
  signature('with the address of a key', 'SIGNATURE_MALFORMED', () => ({
    header: { jku: 'https://elsewhere.example/jwks' },
  }));
  signature('without the name of a key', 'SIGNATURE_MALFORMED', () => ({ header: { kid: undefined } }));
  signature('without a time', 'SIGNATURE_MALFORMED', () => ({ header: { iat: undefined } }));
  signature('of a minute ahead', 'SIGNATURE_OUT_OF_TIME', () => ({ header: { iat: now() + 60 } }));
  signature('of two minutes ago', 'SIGNATURE_OUT_OF_TIME', () => ({ header: { iat: now() - 120 } }));
  signature('by an unknown key', 'SIGNATURE_KEY_UNKNOWN', () => ({ header: { kid: '2025-1' } }));
  signature('of a client without a key', 'SIGNATURE_KEY_UNKNOWN', () => ({ registered: [] }));
  signature("by a stranger's key under this one's name", 'SIGNATURE_NOT_ACCEPTED', () => ({ by: strangersSigning }));
  signature("by the client's other key", 'SIGNATURE_NOT_ACCEPTED', () => ({ header: { kid: '2026-2' } }));
  signature('over another body', 'SIGNATURE_NOT_ACCEPTED', () => ({ over: `${payment} ` }));
  signature('under another header', 'SIGNATURE_NOT_ACCEPTED', () => ({
    signature: (good) => rewritten(good, 0, { typ: 'JOSE' }),
  }));

  consent('that nobody gave', async () => ({ id: randomUUID() }));
  consent('that is no id', async () => ({ id: "x' OR true --" }));
  consent('that is empty', async () => ({ id: '' }));
  consent('in whose place the member is named', async () => ({ id: world.memberId }));
  consent('that was withdrawn', async () => {
    const id = await world.given();
    await world.withdraw(id);
    return { id };
  });
  consent('that was withdrawn, while one for another purpose lives', async () => {
    const id = await world.given();
    await world.given({ purpose: 'loan-assessment' });
    await world.withdraw(id);
    return { id };
  });
  consent('that another took the place of', async () => {
    const id = await world.given();
    await world.given();
    return { id };
  });
  consent('whose last day is over', async () => ({ id: await world.over() }));
  consent('that was given to another partner', async () => ({
    claims: { client_id: 'second-bank', sub: 'second-bank' },
  }));
  consent("that was given to another issuer's partner of this name", async () => ({ id: await world.ofOtherIssuer() }));

  consentAsked(
    'beside one that is none: the other is read, and it alone',
    { status: 200, body: { data: { mine: { status: 'ACTIVE' }, theirs: null } }, lines: 1 },
    async (id) => {
      const query = `query ($id: ID!, $none: ID!) {
        mine: consentedMember(consentId: $id) { status } theirs: consentedMember(consentId: $none) { status } }`;
      return asServer(
        { token: { roles: [{ role: 'bank-client', organisationId }] } },
        JSON.stringify({ query, variables: { id, none: randomUUID() } }),
      );
    },
  );
  for (const [name, field] of Object.entries(consented)) {
    cases.push([
      'a consent',
      `to everything but ${field}, asked for ${name}`,
      async () => asReader(await world.given({ without: field }), {}, name),
      { status: 200, body: { data: { consentedMember: { [name]: null } } }, lines: 1 },
    ]);
  }
  for (const role of [undefined, 'member', 'chair']) {
    consent(`used by a client that is ${role ?? 'nothing'} and no bank`, async () => ({
      claims: { roles: role === undefined ? [] : [{ role, organisationId }] },
    }));
  }
  const foreign = { status: 401, body: { errors: [error('TOKEN_WRONG_AUDIENCE')] } };
  consentAsked("used with the member's own token", foreign, async (id) =>
    gateway.ask('bank', await personalToken(), `{ consentedMember(consentId: "${id}") { status } }`),
  );
  const invalid = expect.objectContaining({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
  const unknown = { status: 400, body: { errors: expect.arrayContaining([invalid]) } };
  for (const audience of ['mobile', 'dashboard'] as const) {
    consentAsked(`asked of /${audience}`, unknown, async (id) =>
      gateway.ask(audience, await personalToken(audience), `{ consentedMember(consentId: "${id}") { status } }`),
    );
  }
  consentAsked('asked for its grant', unknown, (id) => asReader(id, {}, 'grant'));
  cases.push([
    'a grant',
    'brought to the gateway',
    () =>
      asServer(
        { token: { roles: [{ role: 'bank-client', organisationId }] } },
        JSON.stringify({
          query: 'query ($all: [_Any!]!) { _entities(representations: $all) { __typename } }',
          variables: { all: [{ __typename: 'ConsentedMember', grant: world.grantOf({ field: 'POINTS' }) }] },
        }),
      ),
    unknown,
  ]);

  grant('that is none', () => 'nonsense');
  grant('that is empty', () => '');
  grant('that is 31 seconds old', () => ({ ageMs: 31_000 }));
  grant('that is made in ten seconds', () => ({ ageMs: -10_000 }));
  grant('by another key', () => ({ key: Buffer.alloc(32, 8) }));
  grant('of another partner', () => ({ partner: { clientId: 'second-bank' } }));
  grant("of another issuer's partner of this name", () => ({ partner: { issuer: 'https://another.test' } }));
  grant('with another member under its signature', () => ({ rewritten: { memberId: world.otherMemberId } }));
  grant('with another time under its signature', () => ({ ageMs: 31_000, rewritten: { issuedAtMs: Date.now() } }));
  grant('with more fields under its signature', () => ({
    field: 'MASKED_NAME',
    rewritten: { fields: ['TIME_ACCOUNT', 'POINTS'] },
  }));
  grant('to another field', () => ({ field: 'MASKED_NAME' }), 'nothing');
  for (const role of ['member', 'chair', 'administrator'] as const) {
    grant(`in the hands of a ${role}`, () => ({ viewer: { role } }), 'nothing');
  }
  grant('brought by a person at /mobile', () => ({ viewer: { audience: 'mobile' } }), 'nothing');

  it.each(cases)('%s %s', async (_of, _what, send, { status, body, lines = 0 }) => {
    const linesBefore = await world.countUses();
    const answer = await send();
    expect({ status: answer.status, ...answer.body }).toEqual({ status, ...body });
    const code = answer.body.errors?.[0]?.extensions?.code as GatewayCode | undefined;
    const challenge =
      code === 'TOKEN_MISSING'
        ? /^Bearer realm="zhijia", DPoP algs="PS256 ES256"$/
        : code === 'PROOF_NOT_ACCEPTED'
          ? /^DPoP algs="PS256 ES256", error="invalid_dpop_proof"$/
          : /^Bearer realm="zhijia", error="invalid_token"/;
    if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(challenge);
    expect(bank.received).toEqual([]);
    expect(await world.countUses()).toBe(linesBefore + lines);
  });

  /** FAPI 2.0, 5.3.2.1. */
  describe('for their time alone', () => {
    const asPersonMade = (offSeconds: number) => asPerson({ claims: { iat: now() + offSeconds } });
    const asPersonFrom = (offSeconds: number) => asPerson({ claims: { nbf: now() + offSeconds } });
    const asServerMade = (offSeconds: number) => asServer({ claims: { iat: now() + offSeconds } });
    const asServerFrom = (offSeconds: number) => asServer({ claims: { nbf: now() + offSeconds } });
    const asSignerMade = (offSeconds: number) => asSigner({ header: { iat: now() + offSeconds } });

    it.each([
      ['a token made', asPersonMade],
      ['a token valid', asPersonFrom],
      ['a proof made', asServerMade],
      ['a proof valid', asServerFrom],
      ['a signature made', asSignerMade],
    ])('are let in with %s ten seconds ahead, and not a minute', async (_what, send) => {
      expect((await send(10)).status).toBe(200);
      expect((await send(60)).status).toBeGreaterThanOrEqual(400);
    });
  });
});
