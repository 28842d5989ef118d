# Creates the keys at the first start, and then runs the server.
set -eu
synapse="/synapse/bin/python"
config="--config-path /demo/homeserver.yaml"
[ -e /var/lib/chat/signing.key ] || $synapse -m synapse.app.homeserver $config --generate-keys
python3 /demo/room.py prepare &
exec $synapse /demo/server.py $config
