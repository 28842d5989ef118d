"""A receiver as many teams have one: a hash, a key, and a printed line for each push.

The hash of Redis and the key of Consul are files in its folder, because the tests have neither of these servers.
"""

import hmac
import json
import pathlib
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

folder = pathlib.Path(sys.argv[1])
token = sys.argv[2]


def keep(name, key, value):
    path = folder / name
    stored = json.loads(path.read_text()) if path.exists() else {}
    stored[key] = value
    path.write_text(json.dumps(stored))


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not hmac.compare_digest(self.headers.get("X-Gitlab-Token", ""), token):
            return self.answer(401)
        event = json.loads(body)
        if event["object_kind"] == "push":
            path = event["project"]["path_with_namespace"]
            keep("redis.json", path, path.rpartition("/")[0])
            keep("consul.json", f"gitlab/last-pusher/{path}", event["user_username"])
        with open(folder / "old-receiver.log", "a", encoding="utf-8") as log:
            print(json.dumps(event), file=log)
        self.answer(200)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_address[1], flush=True)
server.serve_forever()
