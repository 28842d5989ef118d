"""Starts matrix-synapse so that its room has an id that routes.yaml can name."""

from synapse.app.homeserver import main
from synapse.handlers.room import RoomCreationHandler

RoomCreationHandler._generate_room_id = lambda self: "!builds:demo"
main()
