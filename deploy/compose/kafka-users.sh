#!/bin/sh
# Runs in the image of Kafka. It creates the user `reader` for subscribers, with SASL/SCRAM on the listener
# SUBSCRIBERS. The user can read the topics gitlab.* and use the consumer groups that begin with `reader`.
set -eu
kafka() {
  command=$1
  shift
  "/opt/kafka/bin/$command" --bootstrap-server kafka:9092 --command-config /secrets/client.properties "$@"
}
kafka kafka-configs.sh --alter --entity-type users --entity-name reader \
  --add-config-file /secrets/reader.properties
kafka kafka-acls.sh --add --allow-principal User:reader --consumer --resource-pattern-type prefixed \
  --topic "${KAFKA_TOPIC_PREFIX:-}gitlab." --group reader
