"""What most people write in Python: Flask, confluent-kafka, and a flush before the answer."""

import hmac
import json
import os

from confluent_kafka import Producer
from flask import Flask, abort, request

TOKEN = os.environ["TOKEN"]
TOPIC = os.environ["TOPIC"]

app = Flask(__name__)
producer = Producer({"bootstrap.servers": os.environ["KAFKA_BROKERS"], "acks": "all"})


@app.post("/hooks")
def hook():
    if not hmac.compare_digest(request.headers.get("X-Gitlab-Token", ""), TOKEN):
        abort(401)
    event = request.get_json()
    errors = []

    def delivered(error, _message):
        if error is not None:
            errors.append(error)

    producer.produce(TOPIC, key=str(event["project_id"]), value=json.dumps(event), on_delivery=delivered)
    producer.flush()
    if errors:
        abort(500)
    return {"status": "ok"}
