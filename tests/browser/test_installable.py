"""The page as an app of its own: a browser may install it."""

from __future__ import annotations

import json

import pytest

from tests.browser import stage
from tests.browser.conftest import ARGUMENTS

pytestmark = pytest.mark.browser


def test_a_browser_finds_nothing_that_keeps_the_page_from_being_installed(drive, site, tmp_path):
    program = stage.browser_path(whole=True)
    if program is None:
        pytest.skip(
            "no chromium, chromium-browser or google-chrome is installed, and the shell knows nothing of installing"
        )
    # Of a profile of its own: in a private window nothing can be installed.
    context = drive.chromium.launch_persistent_context(tmp_path / "profile", executable_path=program, args=ARGUMENTS)
    page = context.new_page()
    page.goto("data:text/html,<title>no app</title>")
    session = context.new_cdp_session(page)
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"], "this browser would find nothing"
    stage.ready(page, site.url)
    assert session.send("Page.getInstallabilityErrors") == {"installabilityErrors": []}
    told = session.send("Page.getAppManifest")
    assert told["errors"] == []
    assert json.loads(told["data"])["name"] == "Unison"
    context.close()
