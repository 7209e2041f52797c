/**
 * The rights of the services at the broker, as the contracts and reactions have them: one writer a topic, who reacts
 * reads, and nobody else anything.
 *
 * @param {readonly { constant: string, contract: { topic: string }, owner: string }[]} contracts
 * @param {ReadonlyMap<string, readonly { service: string }[]>} reactions by constant
 * @returns the text of `deploy/kafka/acls.sh`
 */
export function brokerRights(contracts, reactions) {
  const owners = new Map();
  const readers = new Map();
  for (const { constant, contract, owner } of contracts) {
    const other = owners.get(contract.topic);
    if (other !== undefined && other !== owner) throw new Error(`${contract.topic} would have two writers`);
    owners.set(contract.topic, owner);
    for (const { service } of reactions.get(constant) ?? []) {
      readers.set(service, (readers.get(service) ?? new Set()).add(contract.topic));
    }
  }
  const writes = [...owners]
    .sort()
    .map(([topic, owner]) => `allow ${owner} "--topic \${PREFIX}${topic}" Write Describe Create`);
  const reads = [...readers]
    .sort()
    .flatMap(([service, topics]) => [
      '',
      ...[...topics].sort().map((topic) => `allow ${service} "--topic \${PREFIX}${topic}" Read Describe`),
      `allow ${service} "--group \${PREFIX}${service}" Read Describe`,
    ]);
  return `#!/bin/sh
# Written by \`npm run codegen\` from libs/contracts and the reactions of the services. Who may do what at the broker: one
# writer a topic, who reacts reads. Adds what is missing and takes nothing away; the broker refuses what nobody allows
# with allow.everyone.if.no.acl.found=false (the default) and an authorizer.
#
#   KAFKA_BROKERS=... sh acls.sh <properties file of an administrator>
#
# PREFIX stands before topics and groups, as KAFKA_PREFIX does at the services; PRINCIPAL before the service's name in its
# principal ("User:" when absent).
set -eu
: "\${KAFKA_BROKERS:?} \${1:?}"
properties=$1
PREFIX=\${PREFIX-}
PRINCIPAL=\${PRINCIPAL-User:}

allow() {
  service=$1
  resource=$2
  shift 2
  operations=
  for operation; do operations="$operations --operation $operation"; done
  # shellcheck disable=SC2086 # options are words
  kafka-acls.sh --bootstrap-server "$KAFKA_BROKERS" --command-config "$properties" \\
    --add --allow-principal "$PRINCIPAL$service" $operations $resource
}

${[...writes, ...reads].join('\n')}
`;
}
