#!/bin/sh
# Generates, once, every secret of docker-compose.yml that does not exist yet. Each service sees only its own
# folder of /secrets.
set -eu

# keep <file> <content>: writes the file only when it is empty or missing.
keep() {
  [ -s "/secrets/$1" ] && return
  write "$1" "$2"
}

# write <file> <content>: for what is made from other secrets. A changed secret must reach it.
write() {
  mkdir -p "/secrets/${1%/*}"
  printf '%s\n' "$2" > "/secrets/$1.new"
  mv "/secrets/$1.new" "/secrets/$1"
}

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
show() { cat "/secrets/$1"; }

keep postgres/superuser "$(random)"
keep postgres/owner "$(random)"
keep postgres/registry "$(random)"
keep registry/application.properties "apicurio.datasource.password=$(show postgres/registry)"
keep setup/database-url "postgres://gitlab_bridge:$(show postgres/owner)@postgres:5432/gitlab_bridge"

# Each worker with a database has a role of its own. `setup` creates the role with the password of this URL.
for worker in audit-log audit-reader project-directory ldap-sync chat-notifier hook-forwarder \
  issue-commenter reviewer-mentions; do
  keep "postgres/$worker" "$(random)"
  role=$(echo "$worker" | tr - _)
  keep "setup/$worker-url" "postgres://$role:$(show "postgres/$worker")@postgres:5432/gitlab_bridge"
  keep "$worker/url" "$(show "setup/$worker-url")"
done

# The user `bridge` of Kafka is that of our processes, the user `reader` that of subscribers.
keep kafka/bridge-password "$(random)"
keep kafka/reader-password "$(random)"
bridge=$(show kafka/bridge-password)
write kafka/jaas.conf "inside.KafkaServer {
  org.apache.kafka.common.security.plain.PlainLoginModule required
  username=\"bridge\" password=\"$bridge\" user_bridge=\"$bridge\";
};
subscribers.KafkaServer {
  org.apache.kafka.common.security.scram.ScramLoginModule required;
};"
write kafka/client.properties "security.protocol=SASL_PLAINTEXT
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
username=\"bridge\" password=\"$bridge\";"
write kafka/reader.properties "SCRAM-SHA-512=iterations=4096,password=$(show kafka/reader-password)"
# Every process mounts this folder, also workers that you add.
write every-process/kafka-password "$bridge"

keep ingress/tokens "$(random)"
keep grafana/admin-password "$(random)"

# Whoever has this key can sign a changed audit log. Keep checkpoints on another machine, too.
[ -s /secrets/audit-log/signing-key ] ||
  keep audit-log/signing-key "$(bridge audit generate-key gitlab-kafka-bridge)"

# The feed and the directory ask for a token. Their files say what the holder of the token may see.
for service in event-feed project-directory; do
  keep "$service/token" "$(random)"
  write "$service/tokens.yaml" "tokens:
  generated: { token_file: /secrets/token, projects: ['**'], visibility: [public, internal, private] }"
done
