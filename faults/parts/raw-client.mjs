import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../deploy/local/src/paths.mjs';

const command = promisify(execFile);
const subgraphs = ['members', 'timebank', 'evaluations', 'benefits'];

/** One request as it is, well-formed or not. @returns its whole answer with status and headers, as text */
export async function sendAsItIs(product, { person, subgraph, path, headers = {}, query, variables, body }) {
  const { gateway, services } = product.stack;
  const base = subgraph === undefined ? gateway[person?.audience ?? 'mobile'] : services[subgraph].url;
  const authorization = person === undefined ? {} : { authorization: `Bearer ${await product.token(person)}` };
  const response = await fetch(path === undefined ? base : new URL(path, base), {
    method: path !== undefined && body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', ...authorization, ...headers },
    body: path === undefined ? JSON.stringify({ query, variables }) : body,
    signal: AbortSignal.timeout(30_000),
  });
  const told = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  return `${response.status}\n${told}\n${await response.text()}`;
}

const importMutation = `mutation ($input: ImportMembersInput!) {
  importMembers(input: $input) {
    __typename
    ... on MembersImported {
      run { id linesRead added refused unknownColumns errorReportCsv
        errors(first: 100) { edges { node { lineNumber field code reasonZh reasonEn } } } }
    }
    ... on Refusal { code messageZh messageEn }
  }
}`;

export function importByMutation(product, county, { text, isDryRun = false }) {
  const roles = [{ role: 'administrator', organisationId: county.root.id }];
  return sendAsItIs(product, {
    person: { ...county.secretary, roles },
    query: importMutation,
    variables: { input: { csvText: text, dryRun: isDryRun } },
  });
}

/** `npm run import -- members`, with its error report. */
export async function importByCommand(product, directory, { text, isDryRun = false }) {
  const file = join(directory, 'members.csv');
  const reportFile = `${file}.errors.csv`;
  rmSync(reportFile, { force: true });
  writeFileSync(file, text);
  const told = await printedBy(
    'import',
    ['members', file, '--report', reportFile, ...(isDryRun ? ['--dry-run'] : [])],
    {
      env: product.stack.environmentOf('members'),
    },
  );
  return { told, report: existsSync(reportFile) ? readFileSync(reportFile, 'utf8') : '' };
}

/** Officers page through the register, some members read of themselves. @returns the answers */
export async function readRegister(product, county) {
  const fields = 'maskedName maskedPhone maskedIdNumber memberNumber verification';
  const unions = await product.rows('members', `SELECT id FROM organisation WHERE kind = 'BASE_UNION'`);
  const pages = `query ($id: ID!) { members(organisationId: $id, first: 200) { edges { node { id ${fields} } } } }`;
  const asked = unions.map(({ id }) => ({ person: county.secretary, query: pages, variables: { id } }));
  const some = await product.rows('members', 'SELECT id FROM member ORDER BY id LIMIT 20');
  const answers = [];
  for (const { id } of some) {
    const person = { audience: 'mobile', subject: id, memberId: id, roles: [] };
    asked.push({ person, query: `{ me { fullName ${fields} organisation { nameZh } } }` });
  }
  for (const request of asked) answers.push(await sendAsItIs(product, request));
  return answers;
}

/** What commands and pages tell an operator. */
export async function printedByTools(product, { isShort }) {
  const printed = [];
  for (const service of subgraphs) {
    const env = product.stack.environmentOf(service);
    if (!isShort)
      printed.push({
        name: `dead letters of ${service}`,
        text: await printedBy('dead-letters', ['list', '--service', service], { env }),
      });
    for (const page of ['/metrics', '/health/ready']) {
      const answer = await fetch(new URL(page, product.stack.services[service].url));
      printed.push({ name: `${page} of ${service}`, text: await answer.text() });
    }
  }
  return printed;
}

async function printedBy(tool, args, options) {
  const { stdout, stderr } = await command(
    process.execPath,
    [join(root, 'tools', `${tool}.mjs`), ...args],
    options,
  ).catch((error) => error);
  return `${stdout}${stderr}`;
}
