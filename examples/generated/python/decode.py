"""Reads one value of gitlab.push from standard input and prints it as JSON. SCHEMA_REGISTRY_URL=… python decode.py"""

import json
import os
import struct
import sys
import urllib.request

from push import Push


def writer_schema(schema_id):
    with urllib.request.urlopen(f"{os.environ['SCHEMA_REGISTRY_URL']}/schemas/ids/{schema_id}") as response:
        return json.loads(json.load(response)["schema"])


def decode(value):
    """Byte 0 is zero, bytes 1 to 4 are the id of the writer's schema, the rest is Avro."""
    magic, schema_id = struct.unpack(">bI", value[:5])
    if magic != 0:
        raise ValueError("not in Confluent wire format")
    return Push.deserialize(value[5:], writer_schema=writer_schema(schema_id))


push = decode(sys.stdin.buffer.read())
print(json.dumps({
    "delivery": push.delivery.id,
    "fact_basis": push.delivery.fact_basis.value,
    "received_at": push.delivery.received_at.isoformat(),
    "ref": push.ref,
    "user_username": push.user_username,
    "visibility": push.project.visibility.value,
    "commits": len(push.commits),
}))
