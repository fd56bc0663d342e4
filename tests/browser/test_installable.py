"""The page as an app of its own: a browser may install it."""

from __future__ import annotations

import json

import pytest

from tests.browser import stage
from tests.browser.conftest import ARGUMENTS

pytestmark = pytest.mark.browser


def test_a_browser_finds_nothing_that_keeps_the_page_from_being_installed(drive, site, tmp_path):
    # Of a profile of its own: in a private window nothing can be installed.
    context = drive.chromium.launch_persistent_context(
        tmp_path / "profile", executable_path=stage.browser_path(), args=ARGUMENTS
    )
    page = context.new_page()
    stage.ready(page, site.url)
    session = context.new_cdp_session(page)
    assert session.send("Page.getInstallabilityErrors") == {"installabilityErrors": []}
    told = session.send("Page.getAppManifest")
    assert told["errors"] == []
    assert json.loads(told["data"])["name"] == "Unison"
    context.close()
