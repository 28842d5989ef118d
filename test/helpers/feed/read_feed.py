"""Prints the events of a stream as JSON lines: python read_feed.py <url>"""

import json
import sys
import urllib.request

import sseclient

response = urllib.request.urlopen(sys.argv[1])
parts = iter(lambda: response.read1(65536), b"")
for event in sseclient.SSEClient(parts).events():
    print(json.dumps({"event": event.event, "data": event.data, "id": event.id}), flush=True)
