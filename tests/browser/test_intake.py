"""Files on their way in: chosen, pasted or dropped anywhere, each is taken or refused by name beside the composer, once per choice."""

from __future__ import annotations

import base64
import wave

import numpy as np
import pytest

from models.media import LIMITS
from models.values import Media
from tests.browser import stage
from tests.browser.test_at_once import held
from tests.browser.test_axe import SIZES, check  # noqa: F401 (a fixture)

pytestmark = pytest.mark.browser
SQUARE = (120, 60, 200, 140)
SLOW = 'do: image "a fox"'
REFS = "nodes => nodes.map(node => node.dataset.ref)"


def choose(page, *paths):
    """Choose files by the composer's button."""
    with page.expect_file_chooser() as asking:
        page.click("#box [data-testid=upload-button]")
    asking.value.set_files([str(path) for path in paths])


def drag(page, at, *paths, drop=True):
    """Drag files from outside over the place *at* of the window, as the system would, and let them go there."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", *(("drop",) if drop else ())):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": at[0], "y": at[1], "data": data})
    return session, data


def paste(page, path, kind):
    """Paste a file with its bytes, as a browser hands over what lies in the clipboard."""
    page.evaluate(
        """async ([bytes, name, type]) => {
          const data = new DataTransfer();
          data.items.add(new File([Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0))], name, { type }));
          const box = document.querySelector('#box textarea');
          box.focus();
          box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        [base64.b64encode(path.read_bytes()).decode(), path.name, kind],
    )


def tiles(page, *refs):
    """Wait until exactly these media lie in the tray."""
    page.wait_for_function(
        "refs => JSON.stringify([...document.querySelectorAll('.u-tile')].map((one) => one.dataset.ref)) === JSON.stringify(refs)",
        arg=list(refs),
    )


def refused(page, *words):
    """Wait for a refusal that holds *words*; it is read out, and in sight beside the composer."""
    row = page.locator(".u-refusals[role=status] .u-refusal").filter(has_text=words[0])
    row.first.wait_for()
    told = row.first.inner_text()
    assert all(word in told for word in words), told
    place, box = row.first.bounding_box(), page.locator("#box").bounding_box()
    assert 0 <= place["y"] < box["y"]
    assert place["y"] + place["height"] <= box["y"] + 1
    assert page.locator("[data-testid=toast-body]").count() == 0
    return row.first


def tone(path, seconds=1.0, rate=8000):
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        steps = np.arange(int(seconds * rate)) * (880 * np.pi / rate)
        file.writeframes((np.sin(steps) * 9000).astype("<i2").tobytes())
    return path


# Once per choice


def test_the_same_file_may_be_chosen_again_after_it_was_sent_and_twice_in_one_message(page, site, tmp_path):
    photo = stage.photo(tmp_path / "square.png", SQUARE)
    choose(page, photo)
    tiles(page, "image#1")
    stage.send(page, "say one")
    tiles(page)
    choose(page, photo)
    tiles(page, "image#2")
    choose(page, photo)
    tiles(page, "image#2", "image#3")
    stage.send(page, "say two")
    choose(page, photo)
    tiles(page, "image#4")
    stage.send(page, "say three")
    sent = [m for m in site.messages(page) if m.role == "user"]
    handles = [[part.handle for part in message.parts if isinstance(part, Media)] for message in sent]
    assert handles == [["image#1"], ["image#2", "image#3"], ["image#4"]]


def test_the_same_file_may_be_chosen_again_after_it_was_taken_away_or_taken_back(page, site, tmp_path):
    photo = stage.photo(tmp_path / "square.png", SQUARE)
    choose(page, photo)
    tiles(page, "image#1")
    page.click(".u-tile > .u-x")
    tiles(page)
    choose(page, photo)
    page.wait_for_selector(".u-tile")
    stage.send(page, SLOW, wait=False)
    page.wait_for_selector(".u-progress progress")
    choose(page, photo)
    page.wait_for_selector(".u-tile")
    page.fill("#box textarea", "say it waits")
    page.press("#box textarea", "Enter")
    page.wait_for_selector(".u-outbox >> text=it waits")
    tiles(page)
    page.click(".u-outbox >> text=Take back")
    page.wait_for_selector(".u-tile")
    choose(page, photo)
    page.wait_for_function("() => document.querySelectorAll('.u-tile').length === 2")
    page.click("#box .stop-button")
    stage.idle(page)
    stage.send(page, "say with both")
    assert len([part for part in site.messages(page)[-2].parts if isinstance(part, Media)]) == 2


# On the way


def test_a_message_sent_while_its_files_are_on_their_way_waits_for_them(page, site, tmp_path, monkeypatch):
    with held(monkeypatch, site.engine, "attach") as reached:
        choose(page, stage.photo(tmp_path / "square.png", SQUARE))
        assert stage.until(lambda: page.evaluate("true") and reached.is_set())
        page.fill("#box textarea", "say with it")
        page.press("#box textarea", "Enter")
        page.keyboard.type("say after it")
        page.press("#box textarea", "Enter")
        page.wait_for_selector(".u-outbox >> text=Waits for its files: say with it")
        assert page.locator("[data-testid=user]").count() == 0
    page.wait_for_selector("[data-testid=user] .u-text >> text=say after it")
    stage.idle(page)
    first, _, second, _ = site.messages(page)
    assert [part.handle for part in first.parts if isinstance(part, Media)] == ["image#1"]
    assert not [part for part in second.parts if isinstance(part, Media)]
    tiles(page)
    assert page.locator(".u-outbox li").count() == 0


def test_a_message_whose_file_is_refused_comes_back_with_its_words_and_its_other_files(
    page, site, tmp_path, monkeypatch
):
    broken = tmp_path / "broken.png"
    broken.write_bytes(stage.photo(tmp_path / "square.png", SQUARE).read_bytes()[:400])
    with held(monkeypatch, site.engine, "attach") as reached:
        choose(page, tmp_path / "square.png", broken)
        assert stage.until(lambda: page.evaluate("true") and reached.is_set())
        page.fill("#box textarea", "say with both")
        page.press("#box textarea", "Enter")
        page.wait_for_selector(".u-outbox li")
    refused(page, "broken.png")
    page.wait_for_function("() => document.querySelector('#box textarea').value === 'say with both'")
    tiles(page, "image#1")
    assert page.locator("[data-testid=user]").count() == 0


def test_an_upload_can_be_cancelled_and_leaves_nothing(page, site, tmp_path, monkeypatch):
    with held(monkeypatch, site.engine, "attach") as reached:
        choose(page, stage.photo(tmp_path / "square.png", SQUARE))
        assert stage.until(lambda: page.evaluate("true") and reached.is_set())
        page.click(".u-under-way >> text=Cancel")
        assert page.locator(".u-under-way li").count() == 0
    stage.send(page, "say without it")
    assert not [part for part in site.messages(page)[0].parts if isinstance(part, Media)]
    choose(page, tmp_path / "square.png")
    page.wait_for_selector(".u-tile")
    assert page.locator(".u-tile").count() == 1
    stage.send(page, "say it")
    assert len([part for part in site.messages(page)[2].parts if isinstance(part, Media)]) == 1


def test_files_that_were_on_their_way_when_the_page_was_loaded_again_are_told_by_name(page, tmp_path):
    first, second, there = (stage.photo(tmp_path / f"{name}.png", SQUARE) for name in ("first", "second", "there"))
    choose(page, there)
    tiles(page, "image#1")
    asked = []
    page.route("**/gradio_api/upload", lambda route: asked.append(route))  # and no answer
    choose(page, first, second)
    page.wait_for_function("() => document.querySelectorAll('.u-under-way li').length === 2")
    assert stage.until(lambda: page.evaluate("true") and asked)
    assert len(asked[0].request.headers["x-unison-who"]) > 16, "by which the server knows whose share it takes"
    page.reload()
    page.wait_for_selector(".u-refusal >> text=first.png, second.png")
    told = page.locator(".u-refusal").inner_text()
    assert "They were still on the way when the page was loaded again, and did not arrive. Drop them again." in told
    assert page.locator(".u-refusal").count() == 1
    tiles(page, "image#1")
    page.unroute("**/gradio_api/upload")
    choose(page, first)
    tiles(page, "image#1", "image#2")
    page.reload()
    tiles(page, "image#1", "image#2")
    page.wait_for_selector(".u-chats[data-current]:not([data-current=''])", state="attached")
    assert page.locator(".u-refusal").count() == 0, "told once, and of nothing that came"


def test_sending_does_not_wait_for_a_file_that_is_read_and_was_cancelled(page, site, tmp_path, monkeypatch):
    photo = stage.photo(tmp_path / "square.png", SQUARE)
    stage.attach(page, photo)
    with held(monkeypatch, site.engine, "attach") as reached:
        choose(page, photo, photo)
        assert stage.until(lambda: page.evaluate("true") and reached.is_set())
        page.locator(".u-under-way >> text=Cancel").last.click()
        page.locator(".u-under-way >> text=Cancel").first.click()
        page.click(".u-tile > .u-x")
        stage.send(page, "say while it is read")  # and answered before the reading goes on
        assert page.locator("[data-testid=user]").count() == 1
        shown = site.messages(page)
    assert not [part for part in shown[0].parts if isinstance(part, Media)]
    choose(page, photo, photo)
    page.wait_for_function("() => document.querySelectorAll('.u-tile').length === 2")
    stage.send(page, "say both")
    assert len([part for part in site.messages(page)[2].parts if isinstance(part, Media)]) == 2


# Refusals


def test_what_cannot_be_taken_is_told_beside_the_composer_with_reason_and_remedy(page, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    page.fill("#box textarea", "half a thought")
    files = {name: tmp_path / name for name in ("notes.txt", "empty.png", "broken.png", "large.mp4")}
    files["notes.txt"].write_text("words")
    files["empty.png"].touch()
    files["broken.png"].write_bytes((tmp_path / "square.png").read_bytes()[:400])
    with files["large.mp4"].open("wb") as file:
        file.truncate(LIMITS.upload_bytes + 1_000_000)
    choose(page, *files.values())
    refused(page, "notes.txt", "not a picture, a video or a sound", "PNG, MP4 or WAV")
    refused(page, "empty.png", "empty")
    refused(page, "large.mp4", "501 MB", "limit is 500 MB", "shorter or smaller")
    row = refused(page, "broken.png")
    assert len(row.locator("span").inner_text().split(": ", 1)[1]) > 20
    assert page.input_value("#box textarea") == "half a thought"
    tiles(page, "image#1")
    for _ in files:
        page.click(".u-refusal >> nth=0 >> [aria-label^='Put away']")
    assert page.locator(".u-refusal").count() == 0
    assert page.evaluate("document.activeElement === document.querySelector('#box textarea')")


@pytest.mark.parametrize("how", SIZES.values(), ids=SIZES)
def test_refusals_and_uploads_are_accessible_and_fit_every_width(visit, site, check, tmp_path, monkeypatch, how):  # noqa: F811
    page = visit(site.url, **how)
    (tmp_path / ("a long name " * 8 + ".txt")).write_text("words")
    choose(page, *tmp_path.glob("*.txt"), stage.photo(tmp_path / "square.png", SQUARE))
    tiles(page, "image#1")
    with held(monkeypatch, site.engine, "attach") as reached:
        choose(page, tmp_path / "square.png")
        assert stage.until(lambda: page.evaluate("true") and reached.is_set())
        page.fill("#box textarea", "say it waits for its file")
        page.press("#box textarea", "Enter")
        page.wait_for_selector(".u-outbox li")
        check(page, "a refusal, an upload, a message that waits for it", "#page")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    stage.idle(page)


def test_more_files_than_a_message_takes_are_refused_in_one_line(page, tmp_path):
    stage.photo(tmp_path / "square.png", SQUARE, size=(220, 160))
    choose(page, *[tmp_path / "square.png"] * 12)
    refused(page, "2 files", "at most 10")
    page.wait_for_function("() => document.querySelectorAll('.u-tile').length === 10")


def test_a_hundred_megabytes_are_taken_or_refused_and_the_page_stays_usable(page, site, tmp_path):
    page.fill("#box textarea", "half a thought")
    # A sound of 105 MB, dropped beside the composer: within the limits, so it is taken.
    loud = tone(tmp_path / "long.wav", seconds=600.0, rate=88200)
    assert loud.stat().st_size > 100 * 1024**2
    drag(page, (640, 200), loud)
    page.wait_for_selector(".u-under-way >> text=long.wav")
    tiles(page, "audio#1")
    # A hundred megabytes that are no picture, pasted: looked at and refused by name.
    page.evaluate(
        """() => {
          const data = new DataTransfer(), mega = crypto.getRandomValues(new Uint8Array(65536));
          data.items.add(new File(Array(1600).fill(mega), 'huge.png', { type: 'image/png' }));
          document.querySelector('#box textarea').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    refused(page, "huge.png")
    # And as many characters: refused before they reach the field.
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData('text/plain', 'word '.repeat(20 * 1024 * 1024));
          document.querySelector('#box textarea').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    refused(page, "The pasted text", "104,857,600 characters", "limit is 1,000,000")
    assert page.input_value("#box textarea") == "half a thought"
    stage.send(page, "say still here")
    assert "still here" in page.locator(".bot-row").last.inner_text()
    assert [part.handle for part in site.messages(page)[0].parts if isinstance(part, Media)] == ["audio#1"]


# Dropped and pasted


@pytest.fixture
def three(tmp_path):
    """A picture, a clip and a sound, with their types."""
    return {
        "image": (stage.photo(tmp_path / "square.png", SQUARE), "image/png"),
        "video": (stage.clip(tmp_path / "square.mp4"), "video/mp4"),
        "audio": (tone(tmp_path / "tone.wav"), "audio/wav"),
    }


def test_files_dropped_anywhere_are_attached_and_never_opened_in_place_of_the_page(page, site, three):
    page.fill("#box textarea", "half a thought")
    address = page.url
    session, data = drag(page, (640, 200), three["image"][0], drop=False)
    assert page.locator(".u-drop").is_visible()
    assert "Drop files anywhere" in page.locator(".u-drop").inner_text()
    session.send("Input.dispatchDragEvent", {"type": "dragCancel", "x": 640, "y": 200, "data": data})
    page.wait_for_selector(".u-drop", state="hidden")
    places = ((640, 200), (5, 400), page.locator("#box textarea").bounding_box())
    places = (*places[:2], (places[2]["x"] + 40, places[2]["y"] + 10))
    refs = []
    for kind, at in zip(three, places, strict=True):
        drag(page, at, three[kind][0])
        refs.append(f"{kind}#1")
        tiles(page, *refs)
        assert not page.locator(".u-drop").is_visible()
    assert page.url == address
    assert page.input_value("#box textarea") == "half a thought"
    stage.send(page, "say three")
    assert [part.handle for part in site.messages(page)[0].parts if isinstance(part, Media)] == refs


def test_a_dropped_folder_and_a_dragged_link_are_told_or_left_and_the_page_stays(page, tmp_path):
    address = page.url
    (tmp_path / "folder").mkdir()
    drag(page, (640, 200), tmp_path / "folder")
    refused(page, "folder", "This is a folder")
    session = page.context.new_cdp_session(page)
    link = {"items": [{"mimeType": "text/uri-list", "data": "https://example.org/"}], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 640, "y": 200, "data": link})
    page.fill("#box textarea", "still here")
    assert page.url == address
    assert page.locator(".u-tile").count() == 0


def test_pasted_files_of_every_medium_are_attached(page, site, three):
    page.fill("#box textarea", "say pasted")
    refs = []
    for kind, (path, mime) in three.items():
        paste(page, path, mime)
        refs.append(f"{kind}#1")
        tiles(page, *refs)
    assert page.input_value("#box textarea") == "say pasted"
    stage.send(page, "say pasted")
    assert [part.handle for part in site.messages(page)[0].parts if isinstance(part, Media)] == refs
