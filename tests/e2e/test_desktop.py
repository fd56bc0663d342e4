"""The page in a window of its own, and what makes it an app that a browser can install."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import types
import urllib.request
from pathlib import Path
from urllib.parse import urljoin

import pytest
from PIL import Image

from app import desktop, web_app
from tests.browser import stage

ROOT = Path(__file__).resolve().parents[2]
WINDOW = """#!{python}
import sys, urllib.request
from pathlib import Path
page = next(a for a in sys.argv if a.startswith("--app=")).partition("=")[2]
Path({log!r}).write_text("\\n".join(sys.argv[1:]) + "\\n" + urllib.request.urlopen(page).read().decode())
"""


def browser_on_path(folder: Path) -> Path:
    """Write a program called chromium that fetches the page of its window and closes it at once."""
    folder.mkdir()
    program = folder / "chromium"
    program.write_text(WINDOW.format(python=sys.executable, log=str(folder / "log")))
    program.chmod(0o755)
    return program


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for a browser is a script with a first line")
def test_closing_the_window_ends_the_program(tmp_path):
    browser_on_path(tmp_path / "bin")
    line = [sys.executable, str(ROOT / "app.py"), "--desktop", "--port", "0", "--data", str(tmp_path / "data")]
    done = subprocess.run(
        line, env={**os.environ, "PATH": str(tmp_path / "bin")}, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    seen = (tmp_path / "bin" / "log").read_text()
    assert "--app=http://127.0.0.1:" in seen
    assert f"--user-data-dir={tmp_path / 'data' / 'window'}" in seen
    assert "<title>Unison" in seen or '"title":"Unison"' in seen


VIEW = r"""
import urllib.request
from pathlib import Path
settings, windows = {}, []
def create_window(title, url, **how):
    windows.append((title, url))
def start(**how):
    (title, url), = windows
    text = urllib.request.urlopen(url).read().decode()
    Path(how["storage_path"], "seen").write_text(f"{title}\n{settings}\n{text}")
"""


def test_closing_the_web_view_ends_the_program(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "webview.py").write_text(VIEW)
    line = [sys.executable, str(ROOT / "app.py"), "--desktop", "--port", "0", "--data", str(tmp_path / "data")]
    environ = {**os.environ, "PYTHONPATH": str(tmp_path / "lib"), "PATH": str(tmp_path)}
    done = subprocess.run(line, env=environ, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    title, settings, page = (tmp_path / "data" / "window" / "seen").read_text().split("\n", 2)
    assert (title, settings) == ("Unison", "{'ALLOW_DOWNLOADS': True}")
    assert "<title>Unison" in page or '"title":"Unison"' in page


def test_an_installed_web_view_is_preferred_and_keeps_its_storage(tmp_path, monkeypatch):
    asked = {}
    view = types.ModuleType("webview")
    view.settings = {}
    view.create_window = lambda *names, **how: asked.update(how, names=names)
    view.start = lambda **how: asked.update(how)
    view.__spec__ = types.SimpleNamespace(name="webview")
    monkeypatch.setitem(sys.modules, "webview", view)
    monkeypatch.setattr(desktop, "browser", lambda: pytest.fail("the web view was there"))
    assert desktop.show("http://127.0.0.1:1/", tmp_path)
    assert asked["names"] == ("Unison", "http://127.0.0.1:1/")
    assert asked["private_mode"] is False
    assert Path(asked["storage_path"]) == (tmp_path / "window").resolve()
    assert asked["text_select"] is True, "or no word of an answer could be copied"
    assert view.settings["ALLOW_DOWNLOADS"] is True


@pytest.mark.parametrize("fault", ["broken import", "no engine", "an old version", "Internet Explorer"])
def test_a_web_view_that_cannot_is_told_and_a_browser_tried(tmp_path, monkeypatch, capsys, fault):
    def start(**how):
        raise RuntimeError("no engine" if fault == "no engine" else "the wrong window was opened")

    view = types.ModuleType("webview")
    view.create_window, view.start = lambda *names, **how: None, start
    if fault != "an old version":
        view.settings = {}
    platforms = types.ModuleType("webview.platforms")
    platforms.winforms = types.SimpleNamespace(renderer="mshtml" if fault == "Internet Explorer" else "edgechromium")
    monkeypatch.setitem(sys.modules, "webview", None if fault == "broken import" else view)
    monkeypatch.setitem(sys.modules, "webview.platforms", platforms)
    monkeypatch.setattr(desktop.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(desktop.sys, "platform", "win32")
    monkeypatch.setattr(desktop, "browser", lambda: None)
    monkeypatch.setattr(desktop.webbrowser, "open", lambda url: True)
    assert not desktop.show("http://127.0.0.1:1/", tmp_path)
    told = {"an old version": "settings", "broken import": "webview"}.get(fault, fault)
    assert told in capsys.readouterr().err.partition("There is no")[0]


def test_where_there_is_no_window_the_usual_browser_is_opened_and_the_server_stays(tmp_path, monkeypatch, capsys):
    opened = []
    monkeypatch.setitem(sys.modules, "webview", None)
    monkeypatch.setattr(desktop.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(desktop, "browser", lambda: None)
    monkeypatch.setattr(desktop.webbrowser, "open", opened.append)
    assert not desktop.show("http://127.0.0.1:1/", tmp_path)
    assert opened == ["http://127.0.0.1:1/"]
    assert "usual browser" in capsys.readouterr().err


def test_a_browser_is_found_by_name_or_by_place(tmp_path, monkeypatch):
    program = tmp_path / "some browser"
    program.write_text("")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setenv("PLACE", str(tmp_path))
    assert desktop.browser(("chromium",), ()) is None
    assert desktop.browser(("chromium",), ("$PLACE/some browser",)) == str(program)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert desktop.browser(("chromium",), ("~/some browser",)) == str(program)


def test_the_manifest_and_its_icons_are_served_and_the_page_links_them(tmp_path):
    with stage.serve(tmp_path, stage.Scripted()) as site:

        def fetch(path):
            with urllib.request.urlopen(site.url + path) as answer:
                return answer.headers["content-type"], answer.read()

        page = fetch("/")[1].decode()
        assert 'rel="manifest" href="/manifest.json"' in page
        kind, text = fetch("/manifest.json")
        told = json.loads(text)
        assert kind == "application/manifest+json"
        assert (told["name"], told["display"], told["start_url"]) == ("Unison", "standalone", "./")
        assert {(i["sizes"], i["purpose"]) for i in told["icons"]} == {
            (f"{size}x{size}", purpose) for size in (192, 512) for purpose in ("any", "maskable")
        }
        for icon in told["icons"]:
            kind, data = fetch("/" + icon["src"])
            with Image.open(io.BytesIO(data)) as image:
                assert (kind, f"{image.width}x{image.height}") == (icon["type"], icon["sizes"])
                corner = image.convert("RGBA").getpixel((0, 0))[3]
            assert corner == (255 if icon["purpose"] == "maskable" else 0)
            assert urljoin(site.url, icon["src"]).startswith(site.url)
        assert fetch("/favicon.ico")[1] == web_app.icon(64)
        assert "serviceworker" not in page.lower()
