"""What programs send as files: no address is ever fetched, no file of the server is read, and who hangs up ends the work."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
from engine_stubs import Scripted, make_engine, picture, write_expert

from app.ui_pages import linker
from tests.ports import free_port

SECRET = b"the-canary-sings-at-dawn"
FOX = '<task>image "a fox"</task>'


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """An engine behind its endpoint, with a secret beside the media."""
    from app.api import add_endpoints
    from app.hosting import launch_keywords
    from components.fast_gradio import gr

    folder = tmp_path_factory.mktemp("fetch")
    write_expert(folder / "experts", "slow")
    engine = make_engine(folder, Scripted(lambda text: FOX if text == "slow" else "Yes."), experts=("slow",), open_browser=False, port=free_port())  # fmt: skip
    (engine.settings.data / "secret.txt").write_bytes(SECRET)
    (engine.settings.data / "secret.png").write_bytes(picture(folder / "p.png").read_bytes() + SECRET)
    with gr.Blocks() as page:
        add_endpoints(engine)
    page.queue()
    page.launch(**launch_keywords(engine.settings), prevent_thread_lock=True, quiet=True)
    yield engine, page.local_url
    page.close()
    engine.close()


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """An address on this machine, and what anybody asked of it."""
    asked: list[bytes] = []
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)

        def listen() -> None:
            while not over.is_set():
                with contextlib.suppress(OSError):
                    visitor, _ = server.accept()
                    with visitor:
                        visitor.settimeout(1)
                        asked.append(visitor.recv(1000))
                        visitor.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: image/png\r\n\r\n" + SECRET)

        waiter = threading.Thread(target=listen)
        waiter.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x.png", asked
        over.set()
        waiter.join()


def ask(url: str, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        connection.request(method, path, body=body or None, headers={"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def chat(url: str, text: str, files: list) -> str:
    """Send to the endpoint as a program does that made up its files itself; return all that it is told."""
    body = json.dumps({"data": [text, files, [], "", "", None, "", "", [], None, {}, False]}).encode()
    status, answer = ask(url, "POST", "/gradio_api/call/chat", body)
    if status != 200:
        return answer.decode()
    return ask(url, "GET", f"/gradio_api/call/chat/{json.loads(answer)['event_id']}")[1].decode()


def forgeries(address: str) -> list[dict]:
    marked = {"meta": {"_type": "gradio.FileData"}}
    return [
        {"path": address}, {"path": address, **marked}, {"path": address, "url": address, **marked}, {"url": address, **marked},
        {"path": "x.png", "url": address, **marked}, {"path": "", "url": address}, {"path": address.replace("http", "HTTP"), **marked},
        {"path": f"file={address}", **marked}, {"path": f" {address}", **marked}, {"path": address.replace("http:", "ftp:"), **marked},
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(10))
def test_an_address_in_place_of_a_file_is_not_fetched(served, listener, number):
    engine, url = served
    address, asked = listener
    before = engine.store.used()
    told = chat(url, "look", [forgeries(address)[number]])
    assert "event: complete" not in told
    time.sleep(0.2)
    assert asked == []
    assert engine.store.used() == before
    assert SECRET.decode() not in told


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_file_route_fetches_no_address(served, listener, method):
    _, url = served
    address, asked = listener
    others = ("https://example.com/x.png", "ftp://example.com/x", "file:///etc/passwd")
    for form in (address, address.replace("http", "HTTP"), f" {address}", *others):
        for path in (form, quote(form, safe=""), quote(form)):
            for route in ("file=", "file/"):
                status, answer = ask(url, method, f"/gradio_api/{route}{path}".replace(" ", "%20"))
                assert status == 403, path
                assert SECRET not in answer
    assert asked == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "proxy=http://127.0.0.1:1/x"), ("POST", "process_recording"), ("POST", "vibe-edit"), ("POST", "undo-vibe-edit"), ("GET", "vibe-code"),
        ("GET", "run-history/buckets"), ("GET", "runs"), ("GET", "deep_link?session_hash=x"), ("GET", "../monitoring/summary"),
    ],
)  # fmt: skip
def test_routes_that_nothing_needs_are_closed(served, method, path):
    path = f"/gradio_api/{path}".replace("/gradio_api/..", "")
    assert ask(served[1], method, path, b"{}" if method == "POST" else b"")[0] == 404


@pytest.mark.parametrize(
    "text", ["what is on {}?", "/adjust invert {}", "/segment {}", "<task>adjust {} op=invert</task>"]
)
def test_an_address_in_the_words_is_words(served, listener, text):
    _, url = served
    address, asked = listener
    chat(url, text.format(address), [])
    time.sleep(0.2)
    assert asked == []


def tricks(media: str, data: str) -> list[str]:
    """Return ways to ask the file route for what lies beside the media folder."""
    secret = f"{data}/secret.txt"
    return [
        secret, f"{media}/../secret.txt", f"{media}/ab/../../secret.txt", f"{media}/./../secret.txt", f"{media}//../secret.txt",
        quote(f"{media}/../secret.txt", safe=""), quote(quote(f"{media}/../secret.txt", safe=""), safe=""), f"{media}/%2e%2e/secret.txt",
        f"{media}/%2e%2e%2fsecret.txt", f"{media}/..%2fsecret.txt", f"{media}/%252e%252e/secret.txt", f"{media}/..%5csecret.txt",
        f"{media}/..;/secret.txt", f"{media}/.../secret.txt", f"{media}/....//secret.txt", f"{media}%00/../secret.txt",
        f"{media}/../secret.txt%00.png", f"file://{secret}", f"file%3A%2F%2F{secret}", f"/{secret}", f"//{secret}", f"{secret}/.", f"{secret}?x=.png",
        f"{media}/%c0%ae%c0%ae/secret.txt", f"{media}/\u002e\u002e/secret.txt", f"{media}/../../data/secret.txt", f"{media}/ /../../secret.txt",
        f"~{secret}", f"{media}\\..\\secret.txt".replace("\\", "%5c"), f"{media}/../secret.png", f"{data}/history.sqlite", f"{media}/../history.sqlite-wal",
        "/proc/self/environ", "/proc/self/cwd/requirements.txt", "/etc/passwd", "/dev/fd/0", "http://127.0.0.1:1/", "http%3A%2F%2F127.0.0.1%3A1%2F",
    ]  # fmt: skip


def test_no_trick_gets_a_file_from_beside_the_media(served, tmp_path):
    engine, url = served
    media, data = engine.settings.media.resolve(), engine.settings.data.resolve()
    medium = engine.attach(engine.open("o" * 32), picture(tmp_path / "good.png", 77), "good.png")
    link = linker(engine.settings.media, engine.store.address)(medium.path)
    assert ask(url, "GET", link) == (200, engine.store.file(medium).read_bytes()), "the route works for what is public"
    (media / "ab").mkdir(exist_ok=True)
    for route in ("/gradio_api/file=", "/file=", "/gradio_api/file/", "/gradio_api/stream/", "/gradio_api/deep_link/"):
        for trick in tricks(str(media), str(data)):
            path = (route + trick).replace(" ", "%20")
            status, answer = ask(url, "GET", path)
            assert SECRET not in answer, path
            assert b"SQLite format" not in answer, path
            assert b"root:" not in answer, path
            assert status != 200, path


def test_a_link_in_the_media_folder_leads_nowhere(served):
    engine, url = served
    media = engine.settings.media.resolve()
    (media / "ab").mkdir(exist_ok=True)
    try:
        (media / "ab" / "link.txt").symlink_to(engine.settings.data.resolve() / "secret.txt")
    except OSError:
        pytest.skip("this system makes no links")
    status, answer = ask(url, "GET", f"/gradio_api/file={media}/ab/link.txt")
    assert status != 200
    assert SECRET not in answer


def experts() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "expert"}


def test_a_program_that_hangs_up_ends_the_work(served):
    engine, url = served
    body = json.dumps({"data": ["slow", [], [], "", "", None, "", "", [], None, {}, False]}).encode()
    before = experts()
    event = json.loads(ask(url, "POST", "/gradio_api/call/chat", body)[1])["event_id"]
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.request("GET", f"/gradio_api/call/chat/{event}")
    answer = connection.getresponse()
    end = time.monotonic() + 30
    while not experts() - before and time.monotonic() < end:
        time.sleep(0.05)
    assert experts() - before, "the work has begun"
    answer.close()
    connection.close()
    while (experts() - before or engine._runs) and time.monotonic() < end:
        time.sleep(0.05)
    assert not experts() - before
    assert not engine._runs
