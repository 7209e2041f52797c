/** The subgraphs, in the order in which they are told about. */
export const subgraphs = ['members', 'timebank', 'evaluations', 'benefits'];

export const audiences = ['mobile', 'dashboard', 'bank'];

/** Where each part listens when nobody else does. */
export const defaultPorts = {
  gateway: 4000,
  members: 4101,
  timebank: 4102,
  evaluations: 4103,
  benefits: 4104,
  issuer: 4105,
  kafka: 19092,
  postgres: 15432,
};

/** `DATABASE_URL_MEMBERS` and the like. */
export function variableFor(prefix, service) {
  return `${prefix}_${service.toUpperCase()}`;
}
