"""The program as people start it, watched from within: it talks to nobody but its own page, and starts nothing but ffmpeg."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
WATCH = """
import os, runpy, sys
record = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def watch(event, details):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        where = details[1]
        if isinstance(where, tuple) and where and not str(where[0]).startswith(("127.", "::1", "0.0.0.0")):
            os.write(record, f"{event} {where}\\n".encode())
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        if details[0] not in (None, "", "localhost", b"localhost", "127.0.0.1", b"127.0.0.1", "0.0.0.0"):
            os.write(record, f"{event} {details[0]}\\n".encode())
    elif event == "subprocess.Popen":
        os.write(record, f"starts {details[0]}\\n".encode())
    elif event in ("os.system", "os.exec", "os.posix_spawn"):
        os.write(record, f"{event} {details[0]}\\n".encode())
sys.addaudithook(watch)
sys.argv = [sys.argv[2], *sys.argv[3:]]
sys.path.insert(0, os.path.dirname(sys.argv[0]))
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """The running program in a home of its own, its address, and the file of what it did beyond itself."""
    folder = tmp_path_factory.mktemp("offline")
    port, record = free_port(), folder / "record"
    (folder / "home").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "GRADIO_", "UNISON_"))}
    process = subprocess.Popen(
        [sys.executable, "-c", WATCH, str(record), str(ROOT / "app.py"), "--no-browser", "--port", str(port), "--data", str(folder / "data")],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=folder, env={**kept, "HOME": str(folder / "home")},
    )  # fmt: skip
    url, end, up = f"http://127.0.0.1:{port}/", time.monotonic() + 300, False
    while not up and time.monotonic() < end and process.poll() is None:
        try:
            up = bool(urllib.request.urlopen(url, timeout=10).read())
        except OSError:
            time.sleep(0.2)
    if up:
        yield url, record, folder
    process.terminate()
    told = process.communicate(timeout=60)[1]
    assert up, told


def send(url: str, text: str, conversation: str = "", owner: str = "") -> dict:
    """Send a message by the endpoint and return the finished reply."""
    body = json.dumps({"data": [text, [], [], conversation, owner, 5, "", "", [], None, {}, False]}).encode()
    request = urllib.request.Request(f"{url}gradio_api/call/chat", body, {"Content-Type": "application/json"})
    event = json.load(urllib.request.urlopen(request, timeout=60))["event_id"]
    with urllib.request.urlopen(f"{url}gradio_api/call/chat/{event}", timeout=300) as stream:
        lines = stream.read().decode().splitlines()
    assert "event: complete" in lines, lines[-4:]
    return json.loads(lines[lines.index("event: complete") + 1].removeprefix("data: "))[0]


def test_a_talk_a_picture_a_clip_and_a_sound_are_made_without_a_word_to_the_outside(watched):
    url, record, _ = watched
    first = send(url, "hello, what can you do?")
    assert first["state"] == "done"
    assert first["parts"]
    same = {"conversation": first["conversation"], "owner": first["owner"]}
    for command, kind in (
        ('/image "a cat beside a tree" size=192x128', "image"),
        ('/animate image#1 "the cat walks to the left" duration=1', "video"),
        ("/adjust video#1 op=grayscale", "video"),
        ('/audio "a dog barks twice" duration=1', "audio"),
    ):
        reply = send(url, command, **same)
        assert [part["type"] for part in reply["parts"]][-1] == kind, reply
    done = record.read_text().splitlines()
    started = [line for line in done if line.startswith("starts ")]
    assert [line for line in done if line not in started] == []
    assert started, "the watch sees what it should"
    assert [line for line in started if "ffmpeg" not in line and "nvidia-smi" not in line] == []


def test_every_address_of_the_page_is_its_own(watched):
    url, _, _ = watched
    host = url.removeprefix("http://").strip("/")
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request("GET", "/")
    answer = connection.getresponse()
    policy = answer.headers["content-security-policy"]
    answer.read()
    connection.close()
    sources = {source for rule in policy.split(";") for source in rule.split()[1:]}
    assert sources <= {"'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}


def test_nothing_is_written_beside_the_data_folder(watched):
    _, _, folder = watched
    assert {path.name for path in folder.iterdir()} <= {"data", "home", "record"}
    left = [path for path in (folder / "home").rglob("*") if path.is_file()]
    assert [path for path in left if "torch" not in path.parts and path.suffix not in (".pyc",)] == []
