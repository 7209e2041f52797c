import { randomUUID } from 'node:crypto';

const strataOfWords = {
  党组织负责人: 'PARTY_ORGANISATION_HEAD',
  一线职工: 'FRONT_LINE',
  劳模: 'MODEL_WORKER',
  农民工: 'MIGRANT_WORKER',
  困难职工: 'IN_HARDSHIP',
};

const membersAtOnce = 5_000;

/**
 * Makes a county known to evaluations as its events would: through the statements that apply them, without a broker and
 * without the other three services. Everybody counts as verified.
 *
 * @param {import('typeorm').DataSource} db of evaluations
 * @param {ReturnType<typeof import('../../tools/demonstration/county.mjs').makeCounty>} county
 * @returns `{ rootId, departmentIds }`
 */
export async function makeKnown(db, county) {
  const { ProjectionsStore } = await import('../../services/evaluations/dist/projections/projections.store.js');
  const projections = new ProjectionsStore();
  const places = new Map();
  for (const { code, parentCode } of county.organisations) {
    const path = parentCode === null ? '1' : `${places.get(parentCode).path}.${places.size + 1}`;
    places.set(code, { id: randomUUID(), path });
  }
  await projections.upsertOrganisations(
    db.manager,
    county.organisations.map(({ code, parentCode, kind, nameZh, nameEn }) => ({
      organisationId: places.get(code).id,
      version: 1,
      parentId: parentCode === null ? null : places.get(parentCode).id,
      path: places.get(code).path,
      kind,
      nameZh,
      nameEn,
      status: 'ACTIVE',
    })),
  );
  let states = [];
  const land = async () => {
    await projections.upsertMembers(db.manager, states);
    states = [];
  };
  for (const { organisationCode, joinedOn, strata } of county.members()) {
    states.push({
      memberId: randomUUID(),
      version: 1,
      organisationId: places.get(organisationCode).id,
      status: 'ACTIVE',
      verification: 'UNION_ATTESTED',
      strata: strata.flatMap((word) => strataOfWords[word] ?? []),
      joinedOn,
    });
    if (states.length === membersAtOnce) await land();
  }
  await land();
  await db.query('ANALYZE known_member, known_organisation');
  const [root] = county.organisations;
  const departments = county.organisations.filter(({ kind }) => kind === 'DEPARTMENT');
  return { rootId: places.get(root.code).id, departmentIds: departments.map(({ code }) => places.get(code).id) };
}
