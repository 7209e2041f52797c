import { membersCsv } from '../../tools/demonstration/county-csv.mjs';
import { eachOf } from '../../tools/demonstration/each-of.mjs';
import { leakPlainColumn, provokeServer } from '../parts/careless-database.mjs';
import { maskOf, numbersOfCounty, searchFor, strangers } from '../parts/known-numbers.mjs';
import { refusedFiles } from '../parts/numbers-in-files.mjs';
import { askedOf, requestsWith } from '../parts/numbers-in-requests.mjs';
import { placesOf } from '../parts/places.mjs';
import { importByCommand, importByMutation, printedByTools, readRegister, sendAsItIs } from '../parts/raw-client.mjs';
import { openVerdict } from '../parts/verdict.mjs';

export const options = { members: 1_000, strangers: 1_000, clients: 8 };

export const controls = {
  'logged-field': 'members logs what it is sent',
  'plain-column': 'a migration keeps phone numbers in a column of their own for a while',
  'talking-server': "PostgreSQL's log has the messages and details of errors",
};

const sharedMembers = 600;

export const short = [
  { members: sharedMembers, strangers: 40 },
  { break: 'logged-field', members: sharedMembers, strangers: 2 },
  { break: 'plain-column', members: sharedMembers, strangers: 2 },
  { break: 'talking-server', members: sharedMembers, strangers: 2 },
];

/**
 * Known numbers go wherever people and machines could put them: imported, corrected, read, refused, misplaced, in
 * requests of every kind and in failures of the database. Then all that was kept is searched for them, in every spelling.
 */
export async function run(fault) {
  const { members: memberCount, strangers: strangerCount, clients } = fault.options;
  const scene = memberCount === sharedMembers ? await fault.scene() : await fault.ownScene({ members: memberCount });
  const { product, county, servers } = scene;
  const verdict = openVerdict();
  const places = placesOf(scene);
  await places.keepWal();
  const isBroken = fault.control !== null;
  const isShort = strangerCount < 1_000;
  const members = numbersOfCounty(memberCount);
  // Other people in each run: a control must not live on what the run before it left.
  const unknown = strangers(strangerCount, fault.random('strangers', fault.control ?? '').below(1_000_000));
  const heard = [];
  const hear = (name, text) => heard.push({ name, text });

  if (fault.control === 'logged-field') {
    await scene.break('members', 'log-what-comes.mjs');
    fault.undo(() => scene.mend('members'));
  }
  if (fault.control === 'plain-column') await leakPlainColumn(product, unknown);

  await fault.progress.step('Numbers in files', async () => {
    const moved = members.slice(0, isBroken ? 0 : 20).map((one, place) => ({ ...one, phone: unknown[place].phone }));
    const files = [
      { name: 'corrected', text: csvOf(moved) },
      ...refusedFiles(unknown, members[0].organisationCode),
      { name: 'as before', text: csvOf(members) },
    ];
    for (const file of files) {
      hear(`answer to the import "${file.name}"`, await importByMutation(product, county, file));
      // A command takes seconds to start: the short form tries the file in which everything is wrong.
      if (isBroken || (isShort && file.name !== 'wrong lines')) continue;
      const { told, report } = await importByCommand(product, fault.directory, file);
      hear(`what the command printed for "${file.name}"`, told);
      hear(`error report of "${file.name}"`, report);
    }
  });

  await fault.progress.step('Numbers in requests', async () => {
    const [{ id: memberId }] = await product.rows('members', 'SELECT id FROM member ORDER BY id LIMIT 1');
    const askers = {
      secretary: county.secretary,
      administrator: { ...county.secretary, roles: [{ role: 'administrator', organisationId: county.root.id }] },
      member: { audience: 'mobile', subject: memberId, memberId, roles: [] },
    };
    const numbers = unknown.flatMap(({ idNumber, phone, card }) => [idNumber, phone, card]);
    const kinds = requestsWith('', askers).length;
    const planned = isShort
      ? numbers.slice(0, 3).flatMap((number) => requestsWith(number, askers))
      : // Each kind of request with each kind of number, and each number somewhere.
        numbers.map((number, place) => requestsWith(number, askers)[(place + Math.floor(place / kinds)) % kinds]);
    await eachOf(planned, clients, async (request) =>
      hear(`answer to ${askedOf(request)}`, await sendAsItIs(product, request)),
    );
  });

  if (!isBroken) {
    await fault.progress.step('Numbers read', async () => {
      const register = await readRegister(product, county);
      for (const text of register) hear('answer to who reads the register', text);
      const told = register.join('\n');
      for (const one of members) if (!told.includes(maskOf(one))) verdict.lost('a member of the register', maskOf(one));
    });
    for (const { name, text } of await printedByTools(product, { isShort })) hear(name, text);
  }
  await fault.progress.step('Failures of the database', () =>
    provokeServer(servers, product, unknown, { isTalking: fault.control === 'talking-server' }),
  );

  const people = isBroken ? unknown : [...members, ...unknown];
  const { finds, ...searched } = await fault.progress.step('Search', () => places.search(searchFor(people), heard));
  for (const { place, what } of finds) verdict.wrong(`a number in ${place}`, what);
  return {
    operations: heard.length,
    acknowledged: heard.filter(({ text }) => text !== '').length,
    ...verdict.counts(),
    notes: { numbers: people.length * 3, searched: { ...searched, answers: heard.length }, ...verdict.notes() },
  };
}

function csvOf(people) {
  return [...membersCsv({ members: () => people })].join('');
}
