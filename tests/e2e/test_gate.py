"""What the served page refuses: foreign hosts and origins, large bodies, and every file that is not a medium."""

from __future__ import annotations

import hashlib
import http.client
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app import hosting
from app.settings import Settings
from tests.browser import stage


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with stage.serve(tmp_path_factory.mktemp("gate"), stage.Scripted()) as served:
        yield served


def ask(site, method, path, body=b"", **headers):
    """Return status, headers and body of one request."""
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=30)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=body or None, headers=named)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, data


def test_the_page_may_load_only_itself(site):
    status, headers, _ = ask(site, "GET", "/")
    assert status == 200
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_a_foreign_name_for_this_machine_is_refused(site):
    assert ask(site, "GET", "/", Host="evil.example")[0] == 400
    assert ask(site, "GET", "/", Host="127.0.0.1.evil.example:7860")[0] == 400
    assert ask(site, "GET", "/", Host="localhost:7860")[0] == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "http://localhost:99999999"])
def test_a_foreign_origin_can_neither_upload_nor_send(site, origin):
    for path in ("/gradio_api/upload", "/gradio_api/queue/join", "/gradio_api/run/predict"):
        assert ask(site, "POST", path, b"{}", Origin=origin)[0] == 403
    assert ask(site, "POST", "/gradio_api/upload", b"{}", Sec_Fetch_Site="cross-site")[0] == 403


def test_the_pages_own_origin_is_served(site):
    assert ask(site, "POST", "/gradio_api/queue/join", b"{}", Origin=site.url)[0] not in (400, 403)


def test_a_large_body_is_refused_whether_it_says_its_length_or_not(site):
    kind = {"Content_Type": "application/json"}
    assert ask(site, "POST", "/gradio_api/queue/join", b"[" * (hosting.BODY + 1), **kind)[0] == 413
    chunks = (b"[" * 65536 for _ in range(hosting.BODY // 65536 + 2))
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=30)
    connection.request("POST", "/gradio_api/queue/join", body=chunks, headers={"Content-Type": "application/json"})
    assert connection.getresponse().status == 413
    connection.close()


def test_only_media_can_be_fetched(site, tmp_path):
    owner = "o" * 32
    session = site.engine.open(owner)
    photo = stage.photo(tmp_path / "photo.png", (20, 20, 60, 60))
    medium = site.engine.attach(session, photo, "photo.png")
    from app.ui_pages import linker

    link = linker(site.engine.settings.media, site.engine.store.address)(medium.path)
    status, headers, data = ask(site, "GET", link)
    assert (status, data) == (200, photo.read_bytes())
    assert headers["content-security-policy"] == "sandbox"
    assert "content-disposition" not in headers
    data_folder = site.engine.settings.data
    for path in (
        site.engine.settings.database,
        data_folder / "history.sqlite-wal",
        Path(hosting.__file__),
        Path("/etc/passwd"),
    ):
        assert ask(site, "GET", f"/gradio_api/file={path}")[0] == 403
    assert ask(site, "GET", f"{link.rsplit('/', 2)[0]}/../history.sqlite")[0] == 403


def test_who_knows_a_files_sum_cannot_fetch_it(site, tmp_path):
    photo = stage.photo(tmp_path / "private.png", (10, 10, 90, 60))
    medium = site.engine.attach(site.engine.open("p" * 32), photo, "private.png")
    digest = hashlib.sha256(photo.read_bytes()).hexdigest()
    media = site.engine.settings.media.resolve()
    for name in (medium.path, f"{digest[:2]}/{digest[2:]}.png", f"{digest}.png", digest):
        assert ask(site, "GET", f"/gradio_api/file={media}/{name}")[0] in (403, 404)
    assert site.engine.store.file(medium).read_bytes() == photo.read_bytes()


def test_the_page_shows_programs_only_the_endpoints_meant_for_them(site):
    info = json.loads(ask(site, "GET", "/gradio_api/info")[2])
    told = Path("docs/api.md").read_text(encoding="utf-8")
    # The page's own events must neither stand among them nor take their names.
    assert set(info["named_endpoints"]) == {"/chat", *re.findall(r"^\| `(/[a-z]+)` \|", told, re.MULTILINE)}
    assert info["unnamed_endpoints"] == {}


def test_addresses_of_media_tell_no_folder_when_the_data_lies_below_the_program(monkeypatch, tmp_path):
    from app.ui_pages import linker

    monkeypatch.chdir(tmp_path)
    link = linker(tmp_path / "data" / "media")
    assert link("ab/c d.png") == "/gradio_api/file=data/media/ab/c%20d.png"
    assert link(str(tmp_path / "data" / "media" / "ab" / "x.png")) == "/gradio_api/file=data/media/ab/x.png"
    assert link(str(tmp_path / "other.png")) == ""


def test_a_space_is_told_by_its_variables(monkeypatch, tmp_path):
    for name in ("SPACE_ID", "SYSTEM", "SPACE_HOST"):
        monkeypatch.delenv(name, raising=False)
    assert not hosting.on_spaces()
    keywords = hosting.launch_keywords(Settings(data=tmp_path))
    assert keywords["allowed_paths"] == [str((tmp_path / "media").resolve())]
    assert keywords["server_name"] == "127.0.0.1"
    monkeypatch.setenv("SPACE_ID", "someone/unison")
    monkeypatch.setenv("SPACE_HOST", "someone-unison.hf.space")
    assert hosting.launch_keywords(Settings(data=tmp_path))["server_name"] == "0.0.0.0"
    assert "someone-unison.hf.space" in hosting.hosts(Settings(data=tmp_path))


def test_a_page_that_comes_slowly_at_first_is_served_all_the_same(monkeypatch, tmp_path):
    """Gradio looks at its page for three seconds, and would end with an advice to share it over its own servers."""
    monkeypatch.setattr("gradio.networking.url_ok", lambda url: False)
    with stage.serve(tmp_path, stage.Scripted(), slow=False) as served:
        assert ask(served, "GET", "/")[0] == 200
