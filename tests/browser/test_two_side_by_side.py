"""Two people at two browsers of one server, both sending at once: neither ever meets anything of the other."""

from __future__ import annotations

import pytest

from models.values import Media
from tests.browser import stage

pytestmark = pytest.mark.browser
SQUARES = {"anna": (20, 20, 90, 90), "ben": (150, 60, 290, 190)}
ROUNDS = 4


def bytes_of(page):
    """Return what every picture and link of the chat leads to, by its address, fetched as this person."""
    return page.evaluate(
        """async () => {
          const all = [...document.querySelectorAll('#chat img, #chat video, #chat a[href]')].map((node) => node.currentSrc || node.src || node.href);
          const mine = [...new Set(all)].filter((one) => one.includes('/file='));
          return Promise.all(mine.map(async (one) => [one, (await fetch(one)).status]));
        }"""
    )


def test_two_people_who_send_side_by_side_never_see_anything_of_each_other(visit, site, tmp_path):
    pages = {name: visit(site.url) for name in SQUARES}
    for name, page in pages.items():
        stage.attach(page, stage.photo(tmp_path / f"{name}-photo.png", SQUARES[name]))
        x0, y0, x1, y1 = SQUARES[name]
        stage.open_editor(page, "image#1")
        stage.drag(page, [(max(x0 - 8, 1) / 300, max(y0 - 8, 1) / 200), ((x1 + 8) / 300, (y1 + 8) / 200)])
        page.fill(".u-object input", f"mark of {name}")
        page.click("[data-act=done]")
    for n in range(ROUNDS):
        words = (
            "do: segment image#1 region#1",
            "do: adjust image#1 op=sepia",
            "do: adjust image#2 op=invert",
            "say bye",
        )[n]
        for name, page in pages.items():  # both are pressed before either is looked at
            page.fill("#box textarea", f"{words}\n(message {n} of {name})")
            page.press("#box textarea", "Enter")
        for name, page in pages.items():
            page.wait_for_selector(f"[data-testid=user] .u-text >> text=message {n} of {name}")
            page.wait_for_selector(".u-outbox[data-sending='0']", state="attached")
            stage.idle(page)
    seen = {}
    for name, page in pages.items():
        (other,) = set(pages) - {name}
        page.click(".sidebar .toggle-button")
        page.wait_for_selector(".u-open")
        page.click(".u-shelf summary")
        page.wait_for_selector(".u-media img")
        assert page.locator("[data-testid=user]").count() == ROUNDS
        assert page.locator(".u-open").count() == 1
        for leak in (f"of {other}", f"{other}-photo"):
            assert leak not in page.content()
        assert f"mark of {name}" in page.content()
        assert f"{name}-photo" in page.content()
        found = bytes_of(page)
        assert found
        assert {status for _, status in found} == {200}
        seen[name] = {address for address, _ in found}
    assert not seen["anna"] & seen["ben"], "no file is shown to both"
    ids = [row[0] for row in site.engine.history._db.execute("SELECT id FROM conversation").fetchall()]
    mine = [shown for one in ids if (shown := site.engine.history._kept.shown(one)) and "of anna" in shown[0][1].text]
    assert len(mine) == 1
    assert all("of anna" in message.text for _, message in mine[0] if message.role == "user")
    assert [p.handle for _, m in mine[0] for p in m.parts if isinstance(p, Media)] == [
        "image#1",
        "mask#1",
        "image#2",
        "image#3",
    ]
