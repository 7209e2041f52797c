import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import prettier from 'prettier';
import ts from 'typescript';
import { build } from '../build.mjs';
import { brokerRights } from './broker-rights.mjs';
import { root, services } from './services.mjs';

const folder = join(root, 'docs/events');
const contractsFolder = join(root, 'libs/contracts');
const prettierOptions = JSON.parse(readFileSync(join(root, '.prettierrc.json'), 'utf8'));

/**
 * Writes `docs/events/<type>.json`, the JSON Schema of each event's payload, and `docs/events/README.md`, who sends it
 * and who reacts. Files of events that are gone are removed. `deploy/kafka/acls.sh` gives the services the rights for it.
 *
 * @throws Error when a contract has no doc comment, or a reaction names a contract that does not exist.
 */
export async function exportEventSchemas() {
  await build();
  const contracts = await readContracts();
  const reactions = readReactions(new Set(contracts.map(({ constant }) => constant)));

  mkdirSync(folder, { recursive: true });
  const wanted = new Set(['README.md', ...contracts.map(schemaFileOf)]);
  for (const name of readdirSync(folder)) if (!wanted.has(name)) rmSync(join(folder, name));
  for (const contract of contracts) await write(schemaFileOf(contract), JSON.stringify(jsonSchemaOf(contract)), 'json');
  await write('README.md', page(contracts, reactions), 'markdown');
  writeFileSync(join(root, 'deploy', 'kafka', 'acls.sh'), brokerRights(contracts, reactions));
}

/** Every event, in the order of its type. */
async function readContracts() {
  const built = await import(join(contractsFolder, 'dist/index.js'));
  const comments = readComments();
  return Object.entries(built)
    .filter(([, value]) => typeof value === 'object' && typeof value?.type === 'string' && value.schema !== undefined)
    .map(([constant, contract]) => {
      const about = comments.get(constant);
      if (about === undefined) throw new Error(`${constant} of libs/contracts has no doc comment: say what happened`);
      return { constant, about, contract, owner: built.ownerOf(contract) };
    })
    .sort((one, other) => (one.contract.type < other.contract.type ? -1 : 1));
}

/** The doc comments of the exported constants, on one line each. */
function readComments() {
  const comments = new Map();
  const source = join(contractsFolder, 'src');
  for (const name of readdirSync(source).filter((file) => /(?<!spec)\.ts$/.test(file))) {
    for (const statement of parseFile(join(source, name)).statements.filter(ts.isVariableStatement)) {
      const text = ts.getTextOfJSDocComment(ts.getJSDocCommentsAndTags(statement).at(-1)?.comment);
      if (text === undefined) continue;
      for (const { name: constant } of statement.declarationList.declarations) {
        comments.set(constant.text, text.replace(/\s+/g, ' ').trim());
      }
    }
  }
  return comments;
}

/** By constant: the files named as a sentence that set it as their `contract`. */
function readReactions(constants) {
  const reactions = new Map([...constants].map((constant) => [constant, []]));
  for (const service of services) {
    const source = join(root, 'services', service, 'src');
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).sort();
    for (const name of files.filter((file) => /-when-[a-z-]+\.ts$/.test(file))) {
      const path = `services/${service}/src/${name}`;
      for (const constant of contractsNamedIn(parseFile(join(root, path)))) {
        if (!reactions.has(constant))
          throw new Error(`${path} reacts to ${constant}, which libs/contracts does not name`);
        reactions.get(constant).push({ service, path, sentence: `${service}: ${basename(name, '.ts')}` });
      }
    }
  }
  return reactions;
}

function contractsNamedIn(file) {
  return file.statements
    .filter(ts.isClassDeclaration)
    .flatMap((declared) =>
      declared.members
        .filter((member) => ts.isPropertyDeclaration(member) && member.name.getText(file) === 'contract')
        .map((member) => member.initializer?.getText(file) ?? '(nothing)'),
    );
}

function parseFile(path) {
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
}

function schemaFileOf({ contract }) {
  return `${contract.type}.json`;
}

/** As readers see it: what a later version of a service adds to a payload breaks nobody. */
function jsonSchemaOf({ contract, about }) {
  const { $schema, ...schema } = contract.schema.toJSONSchema({ io: 'input' });
  return { $schema, title: contract.type, description: about, ...schema };
}

function page(contracts, reactions) {
  const lines = contracts.map(({ constant, about, contract, owner }) => {
    const who = [...new Set(reactions.get(constant).map(({ service }) => service))];
    const name = `[${contract.type}](${schemaFileOf({ contract })})`;
    return `| ${name} | \`${contract.topic}\` | ${owner} | ${who.join(', ') || 'nobody yet'} | ${about} |`;
  });
  const sections = contracts.flatMap(({ constant, contract }) => {
    const files = reactions.get(constant).map(({ path, sentence }) => `- [${sentence}](../../${path})`);
    return files.length === 0 ? [] : [`**${contract.type}**\n\n${files.join('\n')}\n`];
  });
  return `# Events

Written by \`npm run codegen\` from \`libs/contracts/src\` and the reactions of the services. Each event's payload as JSON
Schema stands beside this page. The key of a message is the id of the aggregate that names its topic; its headers follow
the Kafka binding of CloudEvents: \`ce_specversion\`, \`ce_id\`, \`ce_type\`, \`ce_source\` (the owner), \`ce_time\`,
\`traceparent\`. How they travel: [libs/messaging](../../libs/messaging/README.md). One writer a topic, held by
the broker: [acls.sh](../../deploy/kafka/acls.sh).

| type | topic | owner | who reacts | what happened |
| --- | --- | --- | --- | --- |
${lines.join('\n')}

## Reactions

${sections.join('\n')}`;
}

async function write(name, text, parser) {
  writeFileSync(join(folder, name), await prettier.format(text, { ...prettierOptions, parser }));
}
