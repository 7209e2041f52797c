#!/bin/sh
# Written by `npm run codegen` from libs/contracts and the reactions of the services. Who may do what at the broker: one
# writer a topic, who reacts reads. Adds what is missing and takes nothing away; the broker refuses what nobody allows
# with allow.everyone.if.no.acl.found=false (the default) and an authorizer.
#
#   KAFKA_BROKERS=... sh acls.sh <properties file of an administrator>
#
# PREFIX stands before topics and groups, as KAFKA_PREFIX does at the services; PRINCIPAL before the service's name in its
# principal ("User:" when absent).
set -eu
: "${KAFKA_BROKERS:?} ${1:?}"
properties=$1
PREFIX=${PREFIX-}
PRINCIPAL=${PRINCIPAL-User:}

allow() {
  service=$1
  resource=$2
  shift 2
  operations=
  for operation; do operations="$operations --operation $operation"; done
  # shellcheck disable=SC2086 # options are words
  kafka-acls.sh --bootstrap-server "$KAFKA_BROKERS" --command-config "$properties" \
    --add --allow-principal "$PRINCIPAL$service" $operations $resource
}

allow benefits "--topic ${PREFIX}benefits.redemption" Write Describe Create
allow benefits "--topic ${PREFIX}benefits.reward" Write Describe Create
allow benefits "--topic ${PREFIX}benefits.reward-pool" Write Describe Create
allow evaluations "--topic ${PREFIX}evaluations.campaign" Write Describe Create
allow evaluations "--topic ${PREFIX}evaluations.participation" Write Describe Create
allow evaluations "--topic ${PREFIX}evaluations.rectification-rating" Write Describe Create
allow members "--topic ${PREFIX}members.consent" Write Describe Create
allow members "--topic ${PREFIX}members.member" Write Describe Create
allow members "--topic ${PREFIX}members.organisation" Write Describe Create
allow members "--topic ${PREFIX}members.rectification" Write Describe Create
allow timebank "--topic ${PREFIX}timebank.transfer" Write Describe Create

allow benefits "--topic ${PREFIX}evaluations.campaign" Read Describe
allow benefits "--topic ${PREFIX}evaluations.participation" Read Describe
allow benefits "--topic ${PREFIX}members.member" Read Describe
allow benefits "--topic ${PREFIX}members.organisation" Read Describe
allow benefits "--group ${PREFIX}benefits" Read Describe

allow evaluations "--topic ${PREFIX}benefits.reward-pool" Read Describe
allow evaluations "--topic ${PREFIX}members.member" Read Describe
allow evaluations "--topic ${PREFIX}members.organisation" Read Describe
allow evaluations "--topic ${PREFIX}members.rectification" Read Describe
allow evaluations "--group ${PREFIX}evaluations" Read Describe

allow members "--topic ${PREFIX}evaluations.campaign" Read Describe
allow members "--group ${PREFIX}members" Read Describe

allow timebank "--topic ${PREFIX}members.member" Read Describe
allow timebank "--topic ${PREFIX}members.organisation" Read Describe
allow timebank "--group ${PREFIX}timebank" Read Describe
