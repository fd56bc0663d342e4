"""The page's document is packed for who takes it, and nothing else is: a stream that waited to be packed would stand still."""

from __future__ import annotations

import gzip
import http.client
from urllib.parse import urlsplit

import pytest
from test_gate import ask

from tests.browser import stage


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with stage.serve(tmp_path_factory.mktemp("packed"), stage.Scripted()) as served:
        yield served


def test_the_document_is_packed_to_a_quarter_at_most_and_is_the_same(site):
    _, plain, whole = ask(site, "GET", "/")
    status, headers, packed = ask(site, "GET", "/", Accept_Encoding="gzip, br")
    assert "content-encoding" not in plain
    assert (status, headers["content-encoding"]) == (200, "gzip")
    assert "Accept-Encoding" in headers["vary"]
    assert "default-src 'self'" in headers["content-security-policy"]
    assert len(packed) < len(whole) / 4
    assert gzip.decompress(packed) == whole


@pytest.mark.parametrize("path", ["/gradio_api/info", "/gradio_api/heartbeat/x", "/icon-192.png"])
def test_nothing_else_is_packed_here(site, path):
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=30)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.getheader("content-encoding") is None
    assert answer.read(4), "its first bytes come, although the heartbeat never ends"
    connection.close()
