import { mkdtempSync, appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { viewerStatementHeader, type Audience, type ViewerFacts } from '@zhijia/access';
import { encodeBallot, type BoardLine } from '@zhijia/ballot';
import { makeToken, until } from '@zhijia/testing';
import iconv from 'iconv-lite';
import { CompactEncrypt, exportJWK, generateKeyPair, type JWK } from 'jose';
import { openBroker } from './support/broker.js';
import { callSubgraph, statementFor, type StatementChanges } from './support/call-subgraph.js';
import {
  aCampaign,
  annul,
  cast,
  castBallot,
  close,
  inDays,
  open,
  openCampaign,
  readBallotPaper,
  readBoard,
  seal,
  untilState,
  type BallotPaper,
} from './support/campaign.js';
import {
  anIdNumber,
  countyMembers,
  importCounty,
  importMembers,
  membersCsv,
  personalNumbersOf,
  phoneOf,
  runTool,
  type County,
} from './support/county.js';
import { findNumbers } from './support/find-numbers.js';
import { post, type HttpAnswer } from './support/post.js';
import { openProduct, type Person, type Product, type SubgraphName } from './support/product.js';
import { tellSteps } from './support/tell-steps.js';

const memberCount = 12;
const pointsPerMember = 200;
const subgraphs: readonly SubgraphName[] = ['members', 'timebank', 'evaluations', 'benefits'];

/** The first department is disliked by most, the others by nobody. */
const grades = [5, 1, 2];

/**
 * Every refusal that the product promises, through its doors and on its real parts: a clear answer of a known type,
 * nothing lost, nothing doubled. The last steps count what is left.
 */
describe('what bad input gets', () => {
  let product: Product;
  let county: County;
  /** Open until it is closed and published. */
  let campaignId = '';
  /** Opens in two days; annulled before. */
  let futureId = '';
  /** Annulled while it is open. */
  let mistakenId = '';
  /** Of the second district alone: no business of the first one's members. */
  let foreignId = '';
  let board = '';
  const members = countyMembers(memberCount);
  /** Numbers in lines that were refused: nothing of them may stay anywhere. */
  const refusedNumbers: string[] = [];
  const acceptedHashes: string[] = [];

  const step = tellSteps();

  beforeAll(async () => {
    product = await openProduct();
    county = await importCounty(product, members);
    const organiser = county.cityOfficer;
    const reward = { poolPoints: 100 * pointsPerMember, pointsPerMember };
    campaignId = await open(product, organiser, aCampaign(county, 'main', { reward }));
    futureId = await open(product, organiser, aCampaign(county, 'future', { opensAt: inDays(2) }));
    mistakenId = await open(product, organiser, aCampaign(county, 'mistaken'));
    foreignId = await open(
      product,
      county.officer('chair', 'D2'),
      aCampaign(county, 'foreign', {
        organiserId: county.organisation('D2'),
        electorate: { rootOrganisationId: county.organisation('D2') },
      }),
    );
    await untilState(product, organiser, campaignId, 'OPEN');
    await untilState(product, organiser, futureId, 'SCHEDULED');
    await untilState(product, organiser, mistakenId, 'OPEN');
    await untilState(product, organiser, foreignId, 'OPEN');
  }, 180_000);
  afterAll(() => product?.stop(), 60_000);

  function castAs(order: number, envelope: string, key: string = randomUUID(), to = campaignId) {
    return cast(product, county.member(order), { campaignId: to, envelope, idempotencyKey: key });
  }

  async function castGood(order: number, ratings: readonly number[] = grades, key: string = randomUUID()) {
    const sealed = await seal(product, county.member(order), campaignId, ratings);
    const answer = await castAs(order, sealed.envelope, key);
    expect(answer).toMatchObject({ __typename: 'BallotCast', isReplayed: false, envelopeHash: sealed.envelopeHash });
    acceptedHashes.push(sealed.envelopeHash);
    return sealed;
  }

  describe('requests', () => {
    async function ask(body: string, headers: Record<string, string> = {}): Promise<HttpAnswer> {
      const token = await product.token(county.member(0));
      // With this type the status tells of the document as well.
      const accept = 'application/graphql-response+json';
      return post(product.stack.gateway.mobile, body, { authorization: `Bearer ${token}`, accept, ...headers });
    }
    const codeOf = ({ status, json }: HttpAnswer) => ({ status, code: json?.errors?.[0]?.extensions?.code });

    it.each([
      ['is no GraphQL', JSON.stringify({ query: '{ me { ' }), 400, 'GRAPHQL_PARSE_FAILED'],
      [
        'asks for a field that does not exist',
        JSON.stringify({ query: '{ me { salary } }' }),
        400,
        'GRAPHQL_VALIDATION_FAILED',
      ],
      [
        'gives a variable of another type',
        JSON.stringify({ query: 'query ($id: ID!) { campaign(id: $id) { id } }', variables: { id: [1] } }),
        400,
        'BAD_USER_INPUT',
      ],
      [
        'names an operation that is not there',
        JSON.stringify({ query: 'query A { me { id } }', operationName: 'B' }),
        400,
        'OPERATION_RESOLUTION_FAILURE',
      ],
      ['is no JSON', '{"query": ', 400, 'BAD_REQUEST'],
      ['has no query', '{}', 400, 'BAD_REQUEST'],
      [
        'nests too deep',
        JSON.stringify({ query: `{ organisation(id: "x") ${'{ parent '.repeat(20)} { id } ${'}'.repeat(20)} }` }),
        400,
        'LIMIT_EXCEEDED',
      ],
      [
        'is larger than allowed',
        JSON.stringify({ query: '{ me { id } }', variables: { x: 'y'.repeat(300_000) } }),
        413,
        'LIMIT_EXCEEDED',
      ],
    ])('says of a request that %s what is wrong with it', async (_what, body, status, code) => {
      expect(codeOf(await ask(body))).toEqual({ status, code });
    });

    it('refuses another content type', async () => {
      expect(codeOf(await ask('{ me { id } }', { 'content-type': 'text/plain' }))).toEqual({
        status: 415,
        code: 'BAD_REQUEST',
      });
    });

    it('answers the same request, well formed', async () => {
      expect((await ask(JSON.stringify({ query: '{ me { id } }' }))).json).toEqual({
        data: { me: { id: county.member(0).memberId } },
      });
    });
  });

  describe('tokens', () => {
    const query = JSON.stringify({ query: '{ me { id } }' });
    const facts = () => ({
      issuer: 'https://issuer.zhijia.local',
      audience: 'zhijia-mobile',
      subject: 'M0000',
      clientId: 'journey-mobile',
      memberId: county.member(0).memberId,
    });
    const issuerKey = () => JSON.parse(readFileSync(product.stack.secrets.issuerKeyFile, 'utf8')) as JWK;

    async function answerTo(token: string | null): Promise<unknown> {
      const { status, json } = await post(
        product.stack.gateway.mobile,
        query,
        token === null ? {} : { authorization: `Bearer ${token}` },
      );
      return { status, code: json?.errors?.[0]?.extensions?.code, data: json?.data };
    }
    const refused = (code: string) => ({ status: 401, code, data: undefined });

    async function aForeignKey(): Promise<JWK> {
      const { privateKey } = await generateKeyPair('ES256', { extractable: true });
      return { ...(await exportJWK(privateKey)), alg: 'ES256', kid: issuerKey().kid! };
    }
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

    it('believes one that the issuer signed for this audience', async () => {
      expect(await answerTo(await makeToken(issuerKey(), facts()))).toMatchObject({ status: 200, code: undefined });
    });

    it('asks for one where there is none', async () => {
      expect(await answerTo(null)).toEqual(refused('TOKEN_MISSING'));
    });

    it('refuses one whose time is over', async () => {
      const expired = await makeToken(issuerKey(), { ...facts(), lifetimeSeconds: -60 });
      expect(await answerTo(expired)).toEqual(refused('TOKEN_EXPIRED'));
    });

    it('refuses one of an issuer that nobody knows', async () => {
      const foreign = await makeToken(await aForeignKey(), { ...facts(), issuer: 'https://elsewhere.example' });
      expect(await answerTo(foreign)).toEqual(refused('TOKEN_NOT_TRUSTED'));
    });

    it('refuses one that names the issuer and is signed by another key', async () => {
      expect(await answerTo(await makeToken(await aForeignKey(), facts()))).toEqual(refused('TOKEN_NOT_TRUSTED'));
    });

    it('refuses one for another audience', async () => {
      const dashboard = await makeToken(issuerKey(), { ...facts(), audience: 'zhijia-dashboard' });
      expect(await answerTo(dashboard)).toEqual(refused('TOKEN_WRONG_AUDIENCE'));
    });

    it('refuses one without a signature, and one with the claims of another', async () => {
      const token = await makeToken(issuerKey(), facts());
      const [header = '', claims = '', signature = ''] = token.split('.');
      const unsigned = `${part({ alg: 'none', typ: 'at+jwt' })}.${claims}.`;
      expect(await answerTo(unsigned)).toMatchObject({ status: 401, data: undefined });
      const changed = { ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object), sub: 'M0001' };
      expect(await answerTo(`${header}.${part(changed)}.${signature}`)).toEqual(refused('TOKEN_NOT_TRUSTED'));
      // The public key as the secret of an HMAC is the classic.
      expect(await answerTo(`${part({ alg: 'HS256', typ: 'at+jwt' })}.${claims}.${signature}`)).toEqual(
        refused('TOKEN_NOT_TRUSTED'),
      );
    });

    it('refuses one that is none', async () => {
      expect(await answerTo('not-a-token')).toEqual(refused('TOKEN_MALFORMED'));
    });
  });

  /** One person of every office: what refuses them is never the role. */
  function viewerFor(audience: Audience): ViewerFacts {
    return {
      issuer: 'https://issuer.zhijia.local',
      subject: 'chair-and-member',
      client: 'journey',
      audience,
      memberId: county.member(0).memberId,
      roles: [
        { role: 'chair', organisationId: county.organisation('C') },
        { role: 'administrator', organisationId: county.organisation('C') },
      ],
      actingFor: null,
    };
  }

  describe('a direct call to a subgraph', () => {
    const operations = [
      ['an operation', JSON.stringify({ query: '{ __typename }' })],
      ['_service', JSON.stringify({ query: '{ _service { sdl } }' })],
      [
        '_entities',
        JSON.stringify({
          query: 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }',
          variables: { r: [] },
        }),
      ],
    ] as const;
    const calls = subgraphs.flatMap((subgraph) => operations.map(([what, body]) => [subgraph, what, body] as const));

    const call = (subgraph: SubgraphName, body: string, headers: Record<string, string> = {}) =>
      callSubgraph(product, subgraph, body, headers);
    const refused = (reason: string) => ({ status: 401, code: 'VIEWER_STATEMENT_REFUSED', reason, data: undefined });

    it.each(calls)(
      'to %s (%s) needs a viewer statement, which holds for this one request and 30 seconds',
      async (subgraph, what, body) => {
        const other = subgraphs.find((name) => name !== subgraph)!;
        const statement = (changes: StatementChanges = {}) =>
          statementFor(product, subgraph, viewerFor('mobile'), body, changes);
        expect(await call(subgraph, body)).toEqual(refused('missing'));
        const token = await product.token(county.member(0));
        expect(await call(subgraph, body, { authorization: `Bearer ${token}` })).toEqual(refused('missing'));
        expect(await call(subgraph, body, { [viewerStatementHeader]: 'x.y' })).toEqual(refused('malformed'));
        expect(await call(subgraph, body, statement({ body: `${body} ` }))).toEqual(refused('badSignature'));
        expect(await call(subgraph, body, statement({ subgraph: other }))).toEqual(refused('badSignature'));
        expect(await call(subgraph, body, statement({ key: other }))).toEqual(refused('badSignature'));
        expect(await call(subgraph, body, statement({ ageMs: 31_000 }))).toEqual(refused('expired'));
        expect(await call(subgraph, body, statement({ ageMs: -60_000 }))).toEqual(refused('expired'));
        // With a statement that holds: what refused above was the statement. Nobody is given the whole schema.
        expect(await call(subgraph, body, statement())).toMatchObject({
          status: 200,
          code: what === '_service' ? 'ACCESS_DENIED' : undefined,
        });
      },
    );

    it('is refused on every other path and method too', async () => {
      for (const subgraph of subgraphs) {
        const { url } = product.stack.services[subgraph];
        for (const [path, method] of [
          ['/graphql?query={__typename}', 'GET'],
          ['/', 'GET'],
          [`/boards/${campaignId}.ndjson`, 'GET'],
        ] as const) {
          expect((await fetch(new URL(path, url), { method })).status).toBe(401);
        }
      }
    });
  });

  describe('audiences', () => {
    const entities = 'query ($r: [_Any!]!) { _entities(representations: $r)';
    type Case = readonly [subgraph: SubgraphName, field: string, query: string, variables: () => object, says: string];
    /** A field that may be null is null, as if there were nothing; any other is an error. */
    const dashboardOnly: readonly Case[] = [
      [
        'members',
        'members',
        'query ($id: ID!) { members(organisationId: $id) { edges { node { id } } } }',
        () => ({ id: county.organisation('B1') }),
        'ACCESS_DENIED',
      ],
      [
        'members',
        'Organisation.code, as an entity',
        `${entities} { ... on Organisation { code } } }`,
        () => ({ r: [{ __typename: 'Organisation', id: county.organisation('B1') }] }),
        'ACCESS_DENIED',
      ],
      [
        'timebank',
        'postVisit',
        'mutation ($input: PostVisitInput!) { postVisit(input: $input) { __typename } }',
        () => ({
          input: { idempotencyKey: 'wrong-audience', depositorMemberId: county.member(5).memberId, ...aVisit() },
        }),
        'ACCESS_DENIED',
      ],
      [
        'evaluations',
        'Campaign.participationByOrganisation, as an entity',
        `${entities} { ... on Campaign { participationByOrganisation { edges { node { tookPart } } } } } }`,
        () => ({ r: [{ __typename: 'Campaign', id: campaignId }] }),
        'null',
      ],
      [
        'benefits',
        'createOffer',
        'mutation ($input: CreateOfferInput!) { createOffer(input: $input) { __typename } }',
        () => ({
          input: {
            idempotencyKey: 'wrong-audience',
            organisationId: county.organisation('C'),
            merchantNameZh: '某书店',
            titleZh: '书券',
            pricePoints: 50,
            stock: 1,
            endsAt: inDays(30),
          },
        }),
        'ACCESS_DENIED',
      ],
    ];

    it.each(dashboardOnly)(
      'keep %s: %s from mobile clients, even beside the gateway',
      async (subgraph, _field, query, variables, says) => {
        const body = JSON.stringify({ query, variables: variables() });
        const ask = (audience: Audience) =>
          callSubgraph(product, subgraph, body, statementFor(product, subgraph, viewerFor(audience), body));
        const nothing = /^\{"_entities":\[\{"\w+":null\}\]\}$/;
        for (const audience of ['mobile', 'bank'] as const) {
          const { code, data } = await ask(audience);
          expect(code).toBe(says === 'null' ? undefined : says);
          if (says === 'null') expect(JSON.stringify(data)).toMatch(nothing);
        }
        // The same person on the dashboard: what refused was the audience.
        const { code, data } = await ask('dashboard');
        expect(code).toBeUndefined();
        expect(JSON.stringify(data)).not.toMatch(nothing);
      },
    );

    it('are schemas of their own at the gateway: what a mobile client may not ask is not there', async () => {
      const { errors } = await product.ask(
        { ...county.member(0), roles: [{ role: 'chair', organisationId: county.organisation('C') }] },
        `query ($id: ID!) { members(organisationId: $id) { edges { node { id } } } }`,
        { id: county.organisation('B1') },
      );
      expect(errors?.[0]).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
      const bank: Person = {
        audience: 'bank',
        subject: 'bank-1',
        roles: [{ role: 'bank-client', organisationId: county.organisation('C') }],
      };
      const { errors: refused } = await product.ask(bank, '{ me { id } }');
      expect(refused?.[0]).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    });
  });

  function aVisit(): object {
    return {
      kind: 'COMPANIONSHIP',
      startedAt: new Date(Date.now() - 3 * 3_600_000).toISOString(),
      endedAt: new Date(Date.now() - 2 * 3_600_000).toISOString(),
    };
  }

  describe('rows out of reach', () => {
    it('answer as those that do not exist: an officer of one district and members of the other', async () => {
      const officer = county.officer('chair', 'D1');
      const memberOf = (person: Person, id: string) =>
        product.ask(person, `query ($id: ID!) { member(id: $id) { id maskedName } }`, { id });
      const far = county.member(2).memberId;
      const unknown = randomUUID();
      expect(await memberOf(officer, far)).toEqual(await memberOf(officer, unknown));
      expect(await memberOf(officer, far)).toEqual({ data: { member: null } });
      expect((await memberOf(county.officer('chair', 'D2'), far)).data?.member).toMatchObject({ id: far });

      const membersOf = (id: string) =>
        product.ask(officer, `query ($id: ID!) { members(organisationId: $id) { edges { node { id } } } }`, { id });
      expect(await membersOf(county.organisation('B3'))).toEqual(await membersOf(unknown));
      expect(await membersOf(county.organisation('B3'))).toEqual({ data: { members: { edges: [] } } });
      expect((await membersOf(county.organisation('B1'))).data?.members.edges).not.toEqual([]);
    });

    it('take nothing: hours for a depositor of the other district, as for nobody', async () => {
      const officer = county.officer('chair', 'D1');
      const visit = async (depositorMemberId: string) =>
        product.read(
          officer,
          `mutation ($input: PostVisitInput!) { postVisit(input: $input) { __typename ... on Refusal { code messageEn } } }`,
          { input: { idempotencyKey: randomUUID(), depositorMemberId, ...aVisit() } },
        );
      const far = await visit(county.member(2).memberId);
      expect(far.postVisit).toMatchObject({ __typename: 'DepositorNotFound', code: 'DEPOSITOR_NOT_FOUND' });
      expect(far).toEqual(await visit(randomUUID()));
    });
  });

  describe('campaigns that are not the caller’s', () => {
    it('answer as those that do not exist, and as ids that are none', async () => {
      const { envelope } = await seal(product, county.member(2), foreignId, grades);
      const foreign = await castAs(0, envelope, randomUUID(), foreignId);
      expect(foreign).toMatchObject({ __typename: 'CampaignNotFound', code: 'CAMPAIGN_NOT_FOUND' });
      expect(await castAs(0, envelope, randomUUID(), randomUUID())).toEqual(foreign);
      expect(await castAs(0, envelope, randomUUID(), 'no id at all')).toEqual(foreign);

      const seen = (id: string) =>
        product.ask(county.member(0), `query ($id: ID!) { campaign(id: $id) { id ballotPaper { slot } } }`, { id });
      expect(await seen(foreignId)).toEqual({ data: { campaign: null } });
      expect(await seen(randomUUID())).toEqual({ data: { campaign: null } });

      for (const mutation of [
        'closeCampaign(input: { campaignId: $id })',
        'annulCampaign(input: { campaignId: $id, reason: "x" })',
      ]) {
        const answer = (id: string) =>
          product.ask(
            county.officer('chair', 'D1'),
            `mutation ($id: ID!) { ${mutation} { __typename ... on Refusal { code messageEn } } }`,
            { id },
          );
        expect(await answer(foreignId)).toEqual(await answer(randomUUID()));
        expect(JSON.stringify(await answer(foreignId))).toContain('CAMPAIGN_NOT_FOUND');
      }
      const { campaign } = await product.read(county.member(2), `query ($id: ID!) { campaign(id: $id) { state } }`, {
        id: foreignId,
      });
      expect(campaign.state).toBe('OPEN');
    });
  });

  describe('ballots', () => {
    let paper: BallotPaper;

    function sealRaw(plaintext: Uint8Array, changes: { apu?: string; apv?: Uint8Array } = {}): Promise<string> {
      return new CompactEncrypt(plaintext)
        .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: paper.manifest.key.thumbprint })
        .setKeyManagementParameters({
          apu: Buffer.from((changes.apu ?? paper.slot).replaceAll('-', ''), 'hex'),
          apv: changes.apv ?? Buffer.from(paper.manifestHash, 'hex'),
        })
        .encrypt(paper.manifest.key.publicKey);
    }
    async function withHeader(change: object): Promise<string> {
      const { envelope } = await seal(product, county.member(0), campaignId, grades);
      const [header = '', ...rest] = envelope.split('.');
      const members = { ...(JSON.parse(Buffer.from(header, 'base64url').toString()) as object), ...change };
      return [Buffer.from(JSON.stringify(members)).toString('base64url'), ...rest].join('.');
    }
    const plaintext = (version: number) => {
      const bytes = encodeBallot(grades, crypto.getRandomValues(new Uint8Array(24)));
      bytes[0] = version;
      return bytes;
    };

    step('are refused before the opening, and after an annulment, and answered to the person', async () => {
      const { envelope } = await seal(product, county.member(0), futureId, grades);
      expect(await castAs(0, envelope, randomUUID(), futureId)).toMatchObject({
        __typename: 'CampaignNotOpen',
        code: 'CAMPAIGN_NOT_OPEN',
      });
      const early = await seal(product, county.member(1), mistakenId, grades);
      expect(await castAs(1, early.envelope, randomUUID(), mistakenId)).toMatchObject({ __typename: 'BallotCast' });
      expect(await annul(product, county.cityOfficer, mistakenId)).toBe('CampaignWithdrawn');
      const late = await castAs(1, early.envelope, randomUUID(), mistakenId);
      expect(late).toMatchObject({ __typename: 'CampaignAnnulled', code: 'CAMPAIGN_ANNULLED' });
      expect(late.messageZh).not.toBe('');
    });

    const envelopes: readonly (readonly [what: string, reason: string, make: () => Promise<string>])[] = [
      ['is none', 'MALFORMED', async () => 'not.an.envelope'],
      ['has another size', 'WRONG_SIZE', () => sealRaw(new Uint8Array(512))],
      ['is far too long', 'WRONG_SIZE', async () => 'x'.repeat(20_000)],
      ['is for another slot', 'OTHER_SLOT', () => sealRaw(plaintext(1), { apu: randomUUID() })],
      ['is under another manifest', 'OTHER_MANIFEST', () => sealRaw(plaintext(1), { apv: new Uint8Array(32) })],
      [
        'is for another campaign',
        'OTHER_MANIFEST',
        async () => (await seal(product, county.member(0), futureId, grades)).envelope,
      ],
      ['names another key', 'OTHER_KEY', () => withHeader({ kid: 'A'.repeat(43) })],
      [
        'is respelled',
        'RESPELLED',
        async () => `${(await seal(product, county.member(0), campaignId, grades)).envelope}=`,
      ],
      ['is compressed', 'COMPRESSED', () => withHeader({ zip: 'DEF' })],
      ['has a foreign header', 'FOREIGN_HEADER', () => withHeader({ cty: 'text/plain' })],
      ['asks for another algorithm', 'FOREIGN_HEADER', () => withHeader({ alg: 'ECDH-ES+A256KW' })],
    ];
    step('are refused at once when the envelope is not one of this voter and campaign', async () => {
      paper = await readBallotPaper(product, county.member(0), campaignId);
      const given = [];
      for (const [what, , make] of envelopes) {
        const answer = await castAs(0, await make());
        given.push([what, answer.__typename, answer.code, answer.reason]);
      }
      expect(given).toEqual(envelopes.map(([what, reason]) => [what, 'EnvelopeRefused', 'ENVELOPE_REFUSED', reason]));
    });

    step('are refused when copied from another voter, when repeated, and from who may not vote', async () => {
      const { envelope } = await castGood(1);
      expect(await castAs(2, envelope)).toMatchObject({ __typename: 'EnvelopeRefused', reason: 'OTHER_SLOT' });
      expect(await castAs(1, envelope)).toMatchObject({ __typename: 'EnvelopeRepeated', code: 'ENVELOPE_REPEATED' });
      const stranger = await cast(product, county.unverified, { campaignId, envelope, idempotencyKey: randomUUID() });
      expect(stranger).toMatchObject({ __typename: 'NotInElectorate', code: 'NOT_IN_ELECTORATE' });
      const officer = await product.ask(county.cityOfficer, castBallot, {
        input: { campaignId, envelope, idempotencyKey: randomUUID() },
      });
      expect(officer.errors?.[0]).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    });

    step('leave nothing behind where they were refused', async () => {
      const stored = await product.rows('evaluations', 'SELECT 1 FROM participation WHERE campaign_id = $1', [
        campaignId,
      ]);
      expect(stored).toHaveLength(1);
    });

    step('are taken when they are wrong inside, for nobody can see it before the tally', async () => {
      const wrongVersion = await sealRaw(plaintext(9));
      expect(await castAs(0, wrongVersion)).toMatchObject({ __typename: 'BallotCast' });
      paper = await readBallotPaper(product, county.member(2), campaignId);
      const unknownGrade = encodeBallot(grades, crypto.getRandomValues(new Uint8Array(24)));
      unknownGrade[1] = 99;
      expect(await castAs(2, await sealRaw(unknownGrade))).toMatchObject({ __typename: 'BallotCast' });
    });

    step('count once under one key, whatever is repeated, and never another under it', async () => {
      const first = await castGood(3, grades, 'one-key');
      expect(await castAs(3, first.envelope, 'one-key')).toMatchObject({
        __typename: 'BallotCast',
        isReplayed: true,
        envelopeHash: first.envelopeHash,
      });
      const second = await seal(product, county.member(3), campaignId, grades);
      expect(await castAs(3, second.envelope, 'one-key')).toMatchObject({
        __typename: 'IdempotencyKeyReused',
        code: 'IDEMPOTENCY_KEY_REUSED',
      });
      // A replacement is meant, under a key of its own.
      const replacement = await castGood(3);
      expect(replacement.envelopeHash).not.toBe(first.envelopeHash);
      for (let order = 4; order < memberCount - 1; order += 1)
        await castGood(order, order % 3 === 0 ? [1, 1, 2] : grades);
    });
  });

  describe('the same key with another body', () => {
    const reused = { __typename: 'IdempotencyKeyReused', code: 'IDEMPOTENCY_KEY_REUSED' };

    step('is refused when a campaign is opened, and the first one stands alone', async () => {
      const ask = async (changes: object) =>
        (
          await product.read(county.cityOfficer, openCampaign, {
            input: aCampaign(county, 'once', { ...changes, opensAt, closesAt }),
          })
        ).openCampaign;
      const [opensAt, closesAt] = [inDays(3), inDays(4)];
      const first = await ask({});
      const { __typename, campaign } = first;
      expect(__typename).toBe('CampaignOpened');
      expect(await ask({})).toMatchObject({ isReplayed: true, campaign: { id: campaign.id } });
      expect(await ask({ titleZh: '另一次评议' })).toMatchObject(reused);
      const [stored] = await product.rows<{ count: string }>('evaluations', 'SELECT count(*) FROM campaign');
      expect(Number(stored!.count)).toBe(5);
    });

    step('is refused when hours are posted, and the minutes are there once', async () => {
      const ask = async (changes: object, visit: object) =>
        (
          await product.read(
            county.cityOfficer,
            `mutation ($input: PostVisitInput!) {
              postVisit(input: $input) { __typename ... on VisitPosted { isReplayed } ... on Refusal { code } }
            }`,
            {
              input: {
                idempotencyKey: 'visit-once',
                depositorMemberId: county.member(0).memberId,
                ...visit,
                ...changes,
              },
            },
          )
        ).postVisit;
      const visit = aVisit();
      expect(await ask({}, visit)).toEqual({ __typename: 'VisitPosted', isReplayed: false });
      expect(await ask({}, visit)).toEqual({ __typename: 'VisitPosted', isReplayed: true });
      expect(await ask({ depositorMemberId: county.member(1).memberId }, visit)).toEqual(reused);
      const { me } = await product.read(county.member(0), '{ me { timeAccount { balanceMinutes } } }');
      expect(me.timeAccount.balanceMinutes).toBe(60);
    });

    step('is refused when points are spent, and they are spent once', async () => {
      const offer = async (key: string) =>
        (
          await product.read(
            county.cityOfficer,
            `mutation ($input: CreateOfferInput!) { createOffer(input: $input) { ... on OfferCreated { offer { id } } } }`,
            {
              input: {
                idempotencyKey: key,
                organisationId: county.organisation('C'),
                merchantNameZh: '某书店',
                titleZh: '书券',
                pricePoints: 50,
                stock: 5,
                perMemberLimit: 3,
                endsAt: inDays(30),
              },
            },
          )
        ).createOffer.offer.id as string;
      const [book, ticket] = [await offer('offer-book'), await offer('offer-ticket')];
      const redeem = async (offerId: string) =>
        (
          await product.read(
            county.member(1),
            `mutation ($input: RedeemOfferInput!) {
              redeemOffer(input: $input) { __typename ... on OfferRedeemed { isReplayed } ... on Refusal { code } }
            }`,
            { input: { offerId, idempotencyKey: 'redeem-once' } },
          )
        ).redeemOffer;
      const balance = async () =>
        (await product.read(county.member(1), '{ me { pointsAccount { balancePoints } } }')).me.pointsAccount
          .balancePoints as number;
      await until(async () => (await balance()) === pointsPerMember, { what: 'the reward', withinMs: 45_000 });
      expect(await redeem(book)).toEqual({ __typename: 'OfferRedeemed', isReplayed: false });
      expect(await redeem(book)).toEqual({ __typename: 'OfferRedeemed', isReplayed: true });
      expect(await redeem(ticket)).toEqual(reused);
      expect(await balance()).toBe(pointsPerMember - 50);
    });
  });

  describe('import files', () => {
    const header = '姓名,身份证号,手机号,所属组织编码,入会日期';
    async function importCsv(input: object) {
      return (await product.read(county.administrator, importMembers, { input })).importMembers;
    }

    step('in GB18030 are read, and each broken line comes back with its number and reason', async () => {
      const lines = [
        `${header},会员编号`,
        `张三,${anIdNumber(500)},${phoneOf(500)},B1,2020-01-31,M0500`,
        `李四,990000196001010000,${phoneOf(501)},B1,2020-01-31,`,
        `王五,${anIdNumber(502)},${phoneOf(502)},NOWHERE,2020-01-31,`,
        `赵六,${anIdNumber(503)}`,
        `"孙七,${anIdNumber(504)},${phoneOf(504)},B1,2020-01-31,`,
        `周八,${phoneOf(505)},${anIdNumber(505)},B1,2020-01-31,${anIdNumber(505)}`,
        `吴九,${anIdNumber(506)},${phoneOf(506)},B1,2020-01-31,M0506`,
      ].join('\r\n');
      refusedNumbers.push('990000196001010000');
      for (let order = 500; order <= 506; order += 1) refusedNumbers.push(anIdNumber(order), phoneOf(order));
      const { run } = await importCsv({ csvBase64: iconv.encode(lines, 'gb18030').toString('base64') });
      expect(run).toMatchObject({ encoding: 'GB18030', added: 2 });
      expect(run.errors.edges.map(({ node }: { node: object }) => node)).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ lineNumber: 3, field: 'idNumber', code: 'ID_NUMBER_CHECK_CHARACTER' }),
          expect.objectContaining({ lineNumber: 4, field: 'organisationCode', code: 'ORGANISATION_UNKNOWN' }),
          expect.objectContaining({ lineNumber: 5, code: 'WRONG_FIELD_COUNT' }),
          expect.objectContaining({ lineNumber: 6, code: 'BROKEN_QUOTES' }),
          expect.objectContaining({ lineNumber: 7, field: 'idNumber', code: 'ID_NUMBER_MALFORMED' }),
          expect.objectContaining({ lineNumber: 7, field: 'memberNumber', code: 'PERSONAL_NUMBER_MISPLACED' }),
        ]),
      );
      for (const { node } of run.errors.edges) expect(node.reasonZh).toMatch(/\p{Script=Han}/u);
    });

    step('without a column that is needed, empty, or too large are refused whole', async () => {
      expect(await importCsv({ csvText: '姓名,手机号\r\n张三,13900000001' })).toMatchObject({
        __typename: 'ImportColumnsMissing',
        code: 'IMPORT_COLUMNS_MISSING',
      });
      expect(await importCsv({ csvText: '' })).toMatchObject({ code: 'IMPORT_NOT_READABLE' });
      expect(await importCsv({ csvText: `${header},手机号码\r\n` })).toMatchObject({ code: 'IMPORT_COLUMNS_REPEATED' });
      const line = `\r\n张三,${anIdNumber(600)},${phoneOf(600)},B1,2020-01-31`;
      refusedNumbers.push(anIdNumber(600), phoneOf(600));
      expect(await importCsv({ csvText: header + line.repeat(Math.ceil(1_000_000 / line.length)) })).toMatchObject({
        __typename: 'ImportTooLarge',
        code: 'IMPORT_TOO_LARGE',
      });
      const zeros = await importCsv({ csvBase64: Buffer.alloc(2_000).toString('base64') });
      expect(zeros).toMatchObject({ code: 'IMPORT_NOT_READABLE' });
    });

    step('change nothing for who was registered before, and register nobody twice', async () => {
      const again = await importCsv({ csvText: membersCsv(members) });
      expect(again.run).toMatchObject({ added: 0, corrected: 0, refused: 0, unchanged: members.length });
      const [stored] = await product.rows<{ count: string }>('members', 'SELECT count(*) FROM member');
      expect(Number(stored!.count)).toBe(members.length + 2);
    });

    step('are for administrators alone', async () => {
      const { errors } = await product.ask(county.cityOfficer, importMembers, { input: { csvText: header } });
      expect(errors?.[0]).toMatchObject({ extensions: { code: 'ACCESS_DENIED' } });
    });
  });

  describe('after the closing', () => {
    step('ballots are refused, repeated requests still answered, and the spoiled are counted as such', async () => {
      const late = await seal(product, county.member(memberCount - 1), campaignId, grades);
      const known = await castGood(4, grades, 'repeated-after-closing');
      await close(product, county.cityOfficer, campaignId);
      expect(await castAs(memberCount - 1, late.envelope)).toMatchObject({
        __typename: 'CampaignClosed',
        code: 'CAMPAIGN_CLOSED',
      });
      await untilState(product, county.cityOfficer, campaignId, 'PUBLISHED');
      expect(await castAs(memberCount - 1, late.envelope)).toMatchObject({ __typename: 'CampaignClosed' });
      board = await readBoard(product, campaignId);
      for (const hash of acceptedHashes) expect(board).toContain(hash);
      expect(board).toContain(known.envelopeHash);
      expect(board).not.toContain(late.envelopeHash);
      const { campaign } = await product.read(
        county.cityOfficer,
        `query ($id: ID!) { campaign(id: $id) { results { cast counted spoiled replaced } } }`,
        { id: campaignId },
      );
      expect(campaign.results).toEqual({ cast: memberCount - 1, counted: memberCount - 3, spoiled: 2, replaced: 2 });
    });

    step('a second closing, and one of a campaign that is not open, is refused', async () => {
      const closing = async (id: string) =>
        (
          await product.read(
            county.cityOfficer,
            `mutation ($id: ID!) { closeCampaign(input: { campaignId: $id }) { __typename } }`,
            { id },
          )
        ).closeCampaign.__typename;
      expect(await closing(campaignId)).toBe('CampaignClosed');
      expect(await closing(futureId)).toBe('CampaignNotOpen');
      expect(await closing(mistakenId)).toBe('CampaignAnnulled');
      expect(await closing(randomUUID())).toBe('CampaignNotFound');
    });

    step('whatever is changed on the board, the recount names the place', async () => {
      const lines = board.trimEnd().split('\n');
      const parsed = lines.map((line) => JSON.parse(line) as BoardLine);
      const numberOf = (kind: BoardLine['kind']) => parsed.findIndex((line) => line.kind === kind) + 1;
      const doctored = (kind: BoardLine['kind'], change: (text: string) => string) => {
        const at = numberOf(kind) - 1;
        const changed = change(lines[at]!);
        expect(changed).not.toBe(lines[at]);
        return `${lines.with(at, changed).join('\n')}\n`;
      };
      const ratings = parsed[numberOf('ratings') - 1] as Extract<BoardLine, { kind: 'ratings' }>;
      const flip = (hex: string) => (hex.startsWith('0') ? `1${hex.slice(1)}` : `0${hex.slice(1)}`);
      const boards: readonly (readonly [what: string, board: string, place: RegExp])[] = [
        [
          'a hash',
          doctored('hashes', (text) =>
            text.replace(/"hashes":\["([0-9a-f]{64})"/, (all, hash: string) => all.replace(hash, flip(hash))),
          ),
          new RegExp(`^line ${numberOf('hashes')}\\b`),
        ],
        [
          'a rating',
          doctored('ratings', (text) => text.replace(/=[1-5]"/, (grade) => (grade === '=4"' ? '=3"' : '=4"'))),
          new RegExp(`target ${ratings.target}, cell`),
        ],
        [
          'a count',
          doctored('cellCounts', (text) => text.replace(/"none":\d+/, '"none":7')),
          new RegExp(`^line ${numberOf('cellCounts')}\\b`),
        ],
        [
          'a total',
          doctored('totals', (text) => text.replace(/"spoiled":2/, '"spoiled":1')),
          new RegExp(`^line ${numberOf('totals')}\\b`),
        ],
        [
          'a result',
          doctored('result', (text) => text.replace(/"isBelowLine":true/, '"isBelowLine":false')),
          new RegExp(`^line ${numberOf('result')}\\b`),
        ],
        [
          'a line less',
          `${lines.toSpliced(numberOf('cellCounts') - 1, 1).join('\n')}\n`,
          new RegExp(`^line ${numberOf('cellCounts')}\\b`),
        ],
      ];
      const folder = mkdtempSync(join(tmpdir(), 'zhijia-boards-'));
      const recount = async (text: string, name: string) => {
        const file = join(folder, `${name.replaceAll(' ', '-')}.ndjson`);
        writeFileSync(file, text);
        const { code, stdout } = await runTool('recount', [file]);
        const { ok, problems } = JSON.parse(stdout) as { ok: boolean; problems: { where: string }[] };
        return { code, ok, places: problems.map(({ where }) => where) };
      };
      expect(await recount(board, 'as published')).toEqual({ code: 0, ok: true, places: [] });
      for (const [what, text, place] of boards) {
        const { code, ok, places } = await recount(text, what);
        expect({ what, code, ok }).toEqual({ what, code: 1, ok: false });
        expect(places).toContainEqual(expect.stringMatching(place));
      }
    });
  });

  describe('a campaign opened by mistake', () => {
    const readCampaign = async (id: string) =>
      (
        await product.read(
          county.cityOfficer,
          `query ($id: ID!) { campaign(id: $id) {
            state annulment { reason } results { counted } board { isAnnulled } rectifications { state }
          } }`,
          { id },
        )
      ).campaign;

    step('is annulled before its opening: nobody can vote, and no second time', async () => {
      const { envelope } = await seal(product, county.member(0), futureId, grades);
      expect(await annul(product, county.cityOfficer, futureId)).toBe('CampaignWithdrawn');
      expect(await annul(product, county.cityOfficer, futureId)).toBe('CampaignAnnulled');
      await product.setTime(3 * 86_400);
      expect(await castAs(0, envelope, randomUUID(), futureId)).toMatchObject({ __typename: 'CampaignAnnulled' });
      await product.setTime(0);
      expect(await readCampaign(futureId)).toEqual({
        state: 'ANNULLED',
        annulment: { reason: '开错了' },
        results: null,
        board: null,
        rectifications: [],
      });
    });

    step('is annulled while it is open: its key goes, and nothing is ever opened', async () => {
      expect(await readCampaign(mistakenId)).toMatchObject({ state: 'ANNULLED', results: null, board: null });
      await until(async () => !readdirSync(product.stack.secrets.ballotKeyDir).includes(`${mistakenId}.key`), {
        what: 'the key to be destroyed',
      });
    });

    step('is annulled after its result: the board stays, marked, and what was owed is withdrawn', async () => {
      await until(async () => (await readCampaign(campaignId)).rectifications.length > 0, {
        what: 'the rectification',
      });
      expect((await readCampaign(campaignId)).rectifications).toEqual([{ state: 'PLAN_DUE' }]);
      expect(await annul(product, county.cityOfficer, campaignId)).toBe('CampaignWithdrawn');
      const after = await until(
        async () => {
          const campaign = await readCampaign(campaignId);
          return campaign.rectifications[0]?.state === 'WITHDRAWN' ? campaign : null;
        },
        { what: 'the rectification to be withdrawn', withinMs: 45_000 },
      );
      expect(after).toMatchObject({
        state: 'ANNULLED',
        board: { isAnnulled: true },
        rectifications: [{ state: 'WITHDRAWN' }],
      });
      expect(await readBoard(product, campaignId)).toBe(board);
    });

    step('is annulled with a reason, by an officer who reaches it', async () => {
      const ask = async (person: Person, reason: string) =>
        (
          await product.ask(
            person,
            `mutation ($id: ID!, $reason: String!) {
              annulCampaign(input: { campaignId: $id, reason: $reason }) { __typename }
            }`,
            { id: foreignId, reason },
          )
        ).data?.annulCampaign?.__typename;
      expect(await ask(county.cityOfficer, '  ')).toBe('AnnulmentReasonMissing');
      expect(await ask(county.officer('chair', 'D1'), '开错了')).toBe('CampaignNotFound');
    });
  });

  describe('after all of this', () => {
    step('everybody who took part was rewarded once, and nobody else', async () => {
      const settled = async () =>
        product.rows<{ members: string; rewards: string; points: string }>(
          'benefits',
          `SELECT count(DISTINCT member_id) AS members, count(*) AS rewards, sum(points) AS points
             FROM reward WHERE campaign_id = $1`,
          [campaignId],
        );
      await until(async () => Number((await settled())[0]?.rewards) >= memberCount - 1, {
        what: 'the rewards',
        withinMs: 45_000,
      });
      const voters = String(memberCount - 1);
      expect(await settled()).toEqual([
        { members: voters, rewards: voters, points: String((memberCount - 1) * pointsPerMember) },
      ]);
    });

    step('no event became a dead letter, and nothing waits to be published', async () => {
      for (const service of subgraphs) {
        const [left] = await product.rows<{ letters: string }>(service, 'SELECT count(*) AS letters FROM dead_letter');
        expect({ service, letters: left?.letters }).toEqual({ service, letters: '0' });
        await until(
          async () => (await product.rows(service, 'SELECT 1 FROM outbox WHERE published_at IS NULL')).length === 0,
          { what: `the outbox of ${service} to be empty` },
        );
      }
    });

    step('no service met anything unexpected', async () => {
      for (const service of [...subgraphs, 'gateway'] as const) {
        const log = readFileSync(product.stack.logOf(service), 'utf8');
        const errors = log.split('\n').filter((line) => /"level":("error"|"fatal"|50|60)/.test(line));
        expect({ service, errors }).toEqual({ service, errors: [] });
      }
    });

    step('no ID or phone number stands in a log, a row, an event or an answer', async () => {
      const broker = await openBroker(product.stack.kafka);
      try {
        const numbers = [...personalNumbersOf(members), ...refusedNumbers];
        expect(await findNumbers(product, broker, numbers)).toEqual([]);

        // The search sees what is planted: each kind of place, in the clear and as bytes.
        const planted = '990000190001019999';
        appendFileSync(product.stack.logOf('timebank'), `{"msg":"${planted}"}\n`);
        await product.rows(
          'benefits',
          `INSERT INTO outbox (type, topic, aggregate_id, payload, published_at)
           VALUES ('t', 't', 'planted', jsonb_build_object('note', $1::text), now())`,
          [planted],
        );
        await product.rows('evaluations', `CREATE TABLE planted AS SELECT convert_to($1, 'UTF8') AS bytes`, [planted]);
        await broker.send({ topic: 'members.member', key: 'planted', headers: {}, value: planted });
        await product.ask(county.member(0), `query { organisation(id: "${planted}") { id } x${planted}: me { id } }`);
        expect(await findNumbers(product, broker, [planted])).toEqual([
          'answer',
          'log timebank',
          'table benefits.outbox',
          'table evaluations.planted',
          'topic members.member',
        ]);
      } finally {
        await broker.close();
      }
    });
  });
});
