"""Tells Rollcall which devices of a fleet answer, and notes in the log when one changes. Python 3.9, standard library."""
import json
import os
import socket
import time
import urllib.error
import urllib.request

URL = os.environ.get("ROLLCALL_URL", "http://localhost:50809")
KEY = os.environ.get("ROLLCALL_KEY", "")
SERVER = os.environ.get("ROLLCALL_SERVER", "1")
# name=host:port, comma-separated: DEVICES=phone-1=10.0.0.11:5555,phone-2=10.0.0.12:5555
DEVICES = [entry.split("=", 1) for entry in os.environ.get("DEVICES", "").split(",") if "=" in entry]
PERIOD = float(os.environ.get("PERIOD", "60"))


def send(method, path, body):
    """The answer as JSON. Waits and tries again once where Rollcall asks for it (429)."""
    for attempt in range(2):
        request = urllib.request.Request(URL + path, json.dumps(body).encode(), method=method)
        request.add_header("Authorization", "Bearer " + KEY)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code != 429 or attempt:
                raise
            time.sleep(int(error.headers.get("Retry-After", "1")))


def answers(address):
    """Whether something accepts a connection there within two seconds."""
    host, port = address.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), timeout=2).close()
        return True
    except OSError:
        return False


def main():
    known = None
    while True:
        up = {name for name, address in DEVICES if answers(address)}
        try:
            send("PUT", f"/v2/community/servers/{SERVER}/activity/roster", {"accounts": [{"apiId": n} for n in sorted(up)]})
            changes = [(name, "offline") for name in sorted((known or up) - up)]
            changes += [(name, "online") for name in sorted(up - (up if known is None else known))]
            entries = [{"platform": "fleet", "serial": name, "action_type": what} for name, what in changes]
            if entries:
                send("POST", "/api/v1/activity_log", entries)
            known = up
        except (OSError, ValueError) as error:
            print("rollcall:", error)
        time.sleep(PERIOD)


if __name__ == "__main__":
    main()
