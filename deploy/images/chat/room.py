"""`prepare` creates the room at the first start. `messages` prints what somebody in the room can read."""

import json
import sys
import time
import urllib.error
import urllib.request

SERVER = "http://127.0.0.1:8008/_matrix/client/v3"
ROOM = "%21builds:demo"


def call(method, path, body=None, user="bridge"):
    """Calls the client API as this user. https://spec.matrix.org/v1.12/client-server-api/"""
    separator = "&" if "?" in path else "?"
    request = urllib.request.Request(
        f"{SERVER}/{path}{separator}user_id=@{user}:demo",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"authorization": "Bearer demo", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def messages():
    """The messages of the room, oldest first."""
    events = call("GET", f"rooms/{ROOM}/messages?dir=f&limit=1000", user="reader")["chunk"]
    return [event for event in events if event["type"] == "m.room.message"]


def register(user):
    try:
        call("POST", "register", {"type": "m.login.application_service", "username": user, "inhibit_login": True})
    except urllib.error.HTTPError as error:
        if json.load(error)["errcode"] != "M_USER_IN_USE":
            raise


def create_room():
    for user in ("bridge", "reader"):
        register(user)
    call("POST", "createRoom", {"name": "builds", "invite": ["@reader:demo"]})
    call("POST", f"join/{ROOM}", {}, user="reader")


def prepare():
    while True:
        try:
            call("GET", "capabilities")
            break
        except OSError:  # The server has not started yet.
            time.sleep(0.5)
    try:
        messages()
    except urllib.error.HTTPError:
        create_room()


if sys.argv[1] == "prepare":
    prepare()
else:
    for message in messages():
        print(f"{message['sender']}: {message['content']['body']}")
