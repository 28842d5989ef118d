"""Prints pushes as JSON lines. KAFKA_BROKERS=… SCHEMA_REGISTRY_URL=… python consume.py [records] [seconds]"""

import io
import json
import os
import struct
import sys
import time
import urllib.request
from functools import cache

from confluent_kafka import Consumer, KafkaException
from fastavro import parse_schema, schemaless_reader

REGISTRY = os.environ.get("SCHEMA_REGISTRY_URL", "http://localhost:8081")
PREFIX = os.environ.get("KAFKA_TOPIC_PREFIX", "")
RECORDS = int(sys.argv[1]) if len(sys.argv) > 1 else 10
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 30


@cache
def schema(schema_id):
    with urllib.request.urlopen(f"{REGISTRY}/schemas/ids/{schema_id}") as response:
        return parse_schema(json.loads(json.load(response)["schema"]))


def decode(value):
    """Byte 0 is zero, bytes 1 to 4 are the id of the schema, the rest is Avro."""
    magic, schema_id = struct.unpack(">bI", value[:5])
    if magic != 0:
        raise ValueError("not in Confluent wire format")
    return schemaless_reader(io.BytesIO(value[5:]), schema(schema_id), None)


consumer = Consumer({
    "bootstrap.servers": os.environ.get("KAFKA_BROKERS", "localhost:9092"),
    "group.id": f"{PREFIX}example-python",
    "auto.offset.reset": "earliest",
    "enable.auto.offset.store": False,  # the offset moves after the record is handled
    **json.loads(os.environ.get("CLIENT_SETTINGS", "{}")),  # for example how to log in
})
consumer.subscribe([f"{PREFIX}gitlab.push", f"{PREFIX}gitlab.tag_push"])
deadline = time.monotonic() + SECONDS
while RECORDS > 0 and time.monotonic() < deadline:
    message = consumer.poll(0.5)
    if message is None:
        continue
    if message.error():
        raise KafkaException(message.error())
    push = decode(message.value())
    delivery = push["delivery"]
    print(json.dumps({
        "key": message.key().decode(), "event": delivery["event_type"], "delivery": delivery["id"],
        "time": delivery["received_at"].isoformat(), "ref": push["ref"],
        "user_username": push["user_username"], "commits": len(push["commits"]),
    }), flush=True)
    consumer.store_offsets(message)
    RECORDS -= 1
consumer.close()
