"""Two people at two browsers of one server, twenty messages each, both sending at once: neither ever meets anything of the other."""

from __future__ import annotations

import zipfile
from urllib.parse import unquote

import pytest

from models.values import Media
from tests.browser import editor_page, stage

pytestmark = pytest.mark.browser
SQUARES = {"anna": (20, 20, 90, 90), "ben": (150, 60, 290, 190)}
LOOKS = ("sepia", "invert", "grayscale", "sketch", "cartoon")
CALLS = {
    "anna": {
        1: "do: segment image#1 region#1",
        2: "do: extract video#1 frame=3",
        3: "do: adjust video#1 op=grayscale",
        **{n: f"do: adjust image#1 op={LOOKS[n % 5]}" for n in range(4, 20, 2)},
    },
    "ben": {
        1: "do: segment image#1 region#1",
        2: "do: audio_adjust audio#1 op=reverse",
        3: "do: audio_adjust audio#1 op=fade_out seconds=1",
        **{n: f"do: adjust image#1 op={LOOKS[n % 5]}" for n in range(5, 20, 2)},
    },
}
"""What is done by which message; the others are answered in words, so that what one waits for the other never does at the same time."""
MADE = {
    "anna": ["mask#1", "image#2", "video#2", *(f"image#{n}" for n in range(3, 11))],
    "ben": ["mask#1", "audio#2", "audio#3", *(f"image#{n}" for n in range(2, 10))],
}
BROUGHT = {"anna": ["image#1", "video#1"], "ben": ["image#1", "audio#1"]}
SEEN = """async () => {
  const all = [...document.querySelectorAll('img, video, audio, a[href]')].map((node) => node.currentSrc || node.src || node.href);
  const mine = [...new Set(all)].filter((one) => one.includes('/file=') && !one.includes('/examples/'));
  return Promise.all(mine.map(async (one) => [one, (await fetch(one, {cache: 'no-store'})).status]));
}"""
"""Returns what every picture, clip, sound and link of the page leads to, by its address, fetched as this person. Not from the browser's
cache: of a clip that has played it may hold a part only, and answers 206."""


def words(name: str, n: int) -> str:
    """Return what *name* sends as message *n*, from 0: every one says whose it is."""
    return f"{CALLS[name].get(n, f'say heard {n} of {name}')}\n(message {n} of {name})"


def begin(page, name, folder):
    """Attach the files of *name*, no two of whom have the same, and mark the thing on the picture."""
    own = folder / name
    own.mkdir()
    stage.attach(page, stage.photo(own / f"{name}-photo.png", SQUARES[name]))
    if name == "anna":
        stage.attach(page, stage.clip(own / "anna-clip.mp4", 12))
    else:
        editor_page.make_sound(own / "ben-sound.wav")
        stage.attach(page, own / "ben-sound.wav")
    x0, y0, x1, y1 = SQUARES[name]
    stage.open_editor(page, "image#1")
    stage.drag(page, [(max(x0 - 8, 1) / 300, max(y0 - 8, 1) / 200), ((x1 + 8) / 300, (y1 + 8) / 200)])
    page.fill(".u-object input", f"mark of {name}")
    page.click("[data-act=done]")


def saved(page, path):
    """Save the open conversation as a file and return all that it holds, as text."""
    if not page.locator(".u-file[open]").count():
        page.click(".u-file summary")
    with page.expect_download() as coming:
        page.click("[data-act=bundle]")
    coming.value.save_as(path)
    with zipfile.ZipFile(path) as bundle:
        return "\n".join(name + bundle.read(name).decode("latin-1") for name in bundle.namelist())


def test_two_people_with_twenty_messages_each_never_see_anything_of_each_other(visit, site, tmp_path):
    pages = {name: visit(site.url) for name in SQUARES}
    for name, page in pages.items():
        begin(page, name, tmp_path)
    for n in range(20):
        for name, page in pages.items():  # both are pressed before either is looked at
            page.fill("#box textarea", words(name, n))
            page.press("#box textarea", "Enter")
        for name, page in pages.items():
            (other,) = set(pages) - {name}
            page.wait_for_selector(f"[data-testid=user] .u-text >> text=message {n} of {name}")
            page.wait_for_selector(".u-outbox[data-sending='0']", state="attached")
            stage.idle(page)
            assert f"of {other}" not in page.inner_text("body"), f"after message {n}"
    files = {}
    for name, page in pages.items():
        (other,) = set(pages) - {name}
        page.click(".sidebar .toggle-button")
        page.wait_for_selector(".u-open")
        page.click(".u-shelf summary")
        page.wait_for_selector(".u-media img")
        while page.locator("#earlier").is_visible():
            before = page.locator("[data-testid=user]").count()
            page.click("#earlier")
            page.wait_for_function(
                "n => document.querySelectorAll('[data-testid=user]').length > n || !document.querySelector('#earlier')",
                arg=before,
            )
        assert page.locator("[data-testid=user]").count() == 20
        assert page.locator(".u-open").count() == 1
        for leak in (f"of {other}", f"{other}-"):
            assert leak not in unquote(page.content())
        assert f"mark of {name}" in page.content()
        assert f"{name}-photo" in page.content()
        handles = page.eval_on_selector_all(".u-medium", "all => all.map((one) => one.dataset.ref)")
        assert sorted(handles) == sorted([*BROUGHT[name], *MADE[name]])
        page.fill(".u-seek", f"of {other}")
        page.wait_for_function("() => !document.querySelector('.u-open')")
        page.fill(".u-seek", f"of {name}")
        page.wait_for_selector(".u-open")
        page.fill(".u-seek", "")
        found = page.evaluate(SEEN)
        assert {status for _, status in found} == {200}
        files[name] = {address for address, _ in found}
        assert len(files[name]) > 8
        held = saved(page, tmp_path / f"{name}.zip")
        assert held.count(f"of {name})") >= 20
        assert f"of {other}" not in held
        assert f"{other}-" not in held
    assert not files["anna"] & files["ben"], "no file is shown to both"

    ids = [row[0] for row in site.engine.history._db.execute("SELECT id FROM conversation").fetchall()]
    for name in pages:
        mine = [
            shown for one in ids if (shown := site.engine.history._kept.shown(one)) and f"of {name}" in shown[0][1].text
        ]
        assert len(mine) == 1
        asked = [message.text for _, message in mine[0] if message.role == "user"]
        assert asked == [words(name, n) for n in range(20)]
        made = [p.handle for _, m in mine[0] if m.role == "assistant" for p in m.parts if isinstance(p, Media)]
        assert made == MADE[name]
