import { readFileSync } from 'node:fs';
import type { Audience, RoleGrant } from '@zhijia/access';
import { startStack, type Stack, type StackOptions } from '@zhijia/local';
import { makeToken } from '@zhijia/testing';
import type { FormattedExecutionResult } from 'graphql';
import type { JWK } from 'jose';
import pg from 'pg';

export type { ServiceName, Stack, SubgraphName } from '@zhijia/local';

/** Who asks, with which token. */
export interface Person {
  audience: Audience;
  subject: string;
  memberId?: string | null;
  roles?: readonly RoleGrant[];
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a journey says what it asked for
export type Answer<Data = any> = FormattedExecutionResult<Data>;

/** The whole product on the real parts, as one journey sees it. */
export interface Product {
  stack: Stack;
  token(person: Person): Promise<string>;
  /** One operation through the gateway, with a token of this person. */
  ask(person: Person, query: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer>;
  /** The text of every answer that `ask` and `read` got: what must never be in one can be looked for. */
  answers: readonly string[];
  /** The same, when nothing may be refused: the data, or a failure that shows the errors. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a journey says what it asked for
  read(person: Person, query: string, variables?: Readonly<Record<string, unknown>>): Promise<any>;
  /** Sets the product's time, in all databases, to so many seconds beside the machine's. */
  setTime(offsetSeconds: number): Promise<void>;
  /** Rows of one service's database: for what no client may see. */
  rows<Row extends object>(
    service: keyof Stack['databases'],
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<Row[]>;
  stop(): Promise<void>;
}

export async function openProduct(options: StackOptions = {}): Promise<Product> {
  const stack = await startStack({ mode: 'test', ports: 'free', ...options });
  const issuerKey = JSON.parse(readFileSync(stack.secrets.issuerKeyFile, 'utf8')) as JWK;

  function token(person: Person): Promise<string> {
    return makeToken(issuerKey, {
      issuer: 'https://issuer.zhijia.local',
      audience: `zhijia-${person.audience}`,
      subject: person.subject,
      clientId: `journey-${person.audience}`,
      memberId: person.memberId ?? null,
      roles: [...(person.roles ?? [])],
      lifetimeSeconds: 3_600,
    });
  }

  const answers: string[] = [];

  async function ask(
    person: Person,
    query: string,
    variables: Readonly<Record<string, unknown>> = {},
  ): Promise<Answer> {
    const response = await fetch(stack.gateway[person.audience], {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await token(person)}` },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    answers.push(text);
    return JSON.parse(text) as Answer;
  }

  async function rows<Row extends object>(
    service: keyof Stack['databases'],
    sql: string,
    parameters: readonly unknown[] = [],
  ): Promise<Row[]> {
    const client = new pg.Client({ connectionString: stack.databases[service] });
    await client.connect();
    try {
      return (await client.query<Row>(sql, [...parameters])).rows;
    } finally {
      await client.end();
    }
  }

  return {
    stack,
    token,
    ask,
    answers,
    rows,
    read: async (person, query, variables) => {
      const { data, errors } = await ask(person, query, variables);
      if (errors !== undefined) throw new Error(`Refused: ${JSON.stringify(errors)}`);
      return data;
    },
    setTime: async (offsetSeconds) => {
      const services = Object.keys(stack.databases) as (keyof Stack['databases'])[];
      await Promise.all(
        services.map((service) => rows(service, 'UPDATE clock_offset SET seconds = $1', [offsetSeconds])),
      );
    },
    stop: () => stack.stop(),
  };
}
