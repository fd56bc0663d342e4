"""Enlarging and moving the picture in the region editor, frames, and what goes wrong while somebody draws."""

from __future__ import annotations

import pytest

from tests.browser import stage
from tests.browser.editor_page import CLIP, WIDE, fingers, keys, kinds, shapes, tool, use

pytestmark = pytest.mark.browser


def percent(page):
    return int(page.inner_text(".u-percent").split()[0])


def in_room(page, x, y):
    """Return a place in pixels, as fractions of the room that the picture is seen in."""
    box = page.locator(".u-room").bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def seen(page, at):
    """Return which fraction of the picture lies at a place of the screen."""
    box = page.locator(".u-canvas").bounding_box()
    return (at[0] - box["x"]) / box["width"], (at[1] - box["y"]) / box["height"]


def test_the_wheel_enlarges_round_the_mouse_and_coordinates_stay_exact(editor):
    page = editor()
    at = stage.place(page, 0.6, 0.4)
    page.mouse.move(*at)
    page.keyboard.down("Control")
    for _ in range(6):
        page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    page.wait_for_function("parseInt(document.querySelector('.u-percent').textContent) > 600")
    assert seen(page, at) == pytest.approx((0.6, 0.4), abs=0.002)
    one, two = in_room(page, 0.2, 0.3), in_room(page, 0.7, 0.8)
    wanted = [*seen(page, one), *seen(page, two)]
    page.mouse.move(*one)
    page.mouse.down()
    page.mouse.move(*two, steps=5)
    page.mouse.up()
    assert shapes(page)[0]["box"] == pytest.approx(wanted, abs=2e-4)
    before = seen(page, at)
    page.mouse.wheel(60, 40)  # without Control it moves the picture
    page.wait_for_function(
        "x => document.querySelector('.u-canvas').getBoundingClientRect().left < x",
        arg=page.locator(".u-canvas").bounding_box()["x"] + 1,
    )
    page.wait_for_function(
        "([x, y, w]) => Math.abs((x - document.querySelector('.u-canvas').getBoundingClientRect().left) / document.querySelector('.u-canvas').getBoundingClientRect().width - w) > 0.002",
        arg=[*at, before[0]],
    )
    keys(page, "0")
    assert percent(page) == 100
    # And what was drawn enlarged lies where it was drawn.
    assert use(page)[0]["box"] == pytest.approx(wanted, abs=2e-4)


def test_buttons_and_keys_enlarge_and_the_cross_stays_in_sight(editor):
    page = editor()
    for _ in range(8):
        page.click("[data-act=nearer]")
    keys(page, "+")
    assert percent(page) == pytest.approx(100 * 1.25**9, abs=10)
    keys(page, "-")
    page.click("[data-act=further]")
    assert percent(page) == pytest.approx(100 * 1.25**7, abs=10)
    keys(page, "b", *["Shift+ArrowLeft"] * 4, *["Shift+ArrowUp"] * 4)
    x, y = stage.place(page, 0.1, 0.1)
    room = page.locator(".u-room").bounding_box()
    assert room["x"] < x < room["x"] + room["width"]
    assert room["y"] < y < room["y"] + room["height"]
    page.click("[data-act=fit]")
    assert percent(page) == 100


def test_space_and_the_middle_button_move_the_picture_and_draw_nothing(editor):
    page = editor()
    for _ in range(5):
        page.click("[data-act=nearer]")
    start, end = in_room(page, 0.5, 0.5), in_room(page, 0.6, 0.65)
    middle = seen(page, start)
    page.focus(".u-canvas .u-overlay")
    page.keyboard.down("Space")
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=3)
    page.mouse.up()
    page.keyboard.up("Space")
    assert seen(page, end) == pytest.approx(middle, abs=0.003)
    page.mouse.move(*end)
    page.mouse.down(button="middle")
    page.mouse.move(*start, steps=3)
    page.mouse.up(button="middle")
    assert seen(page, start) == pytest.approx(middle, abs=0.003)
    assert kinds(page) == []


def test_two_fingers_enlarge_and_move_and_leave_no_mark(editor):
    page = editor(phone=True)
    x, y = in_room(page, 0.5, 0.5)
    first, second = (x - 40, y), (x + 40, y)
    fingers(page, [first], [first, second], [(x - 60, y), (x + 60, y)], [(x - 100, y + 30), (x + 100, y + 30)])
    assert percent(page) == pytest.approx(250, abs=6)
    assert kinds(page) == []
    assert seen(page, (x, y + 30)) == pytest.approx((0.5, 0.5), abs=0.06)
    tool(page, "point")
    wanted = seen(page, in_room(page, 0.25, 0.5))
    fingers(page, [in_room(page, 0.25, 0.5)])
    assert shapes(page)[0]["xy"] == pytest.approx(wanted, abs=0.003)
    tool(page, "poly")
    for at in ((0.3, 0.5), (0.7, 0.5)):
        fingers(page, [in_room(page, *at)])
    fingers(page, [first], [first, second], [(x - 30, y), (x + 30, y)])  # a pinch on the way takes no corner away
    fingers(page, [in_room(page, 0.5, 0.6)])
    keys(page, "Enter")
    assert len(shapes(page)) == 2
    assert len(shapes(page)[1]["pts"]) == 3


def test_a_handle_is_as_large_on_the_screen_at_every_enlargement_and_exact(editor):
    page = editor()
    stage.drag(page, [(0.4, 0.4), (0.6, 0.6)])
    tool(page, "select")
    page.mouse.click(*stage.place(page, 0.5, 0.5))
    size = page.locator(".u-handle").first.bounding_box()["width"]
    for _ in range(6):
        page.click("[data-act=nearer]")
    assert page.locator(".u-handle").first.bounding_box()["width"] == size
    corner = stage.place(page, 0.4, 0.4)
    goal = in_room(page, 0.5, 0.5)
    wanted = seen(page, goal)
    page.mouse.move(*corner)
    page.mouse.down()
    page.mouse.move(*goal, steps=4)
    page.mouse.up()
    assert shapes(page)[0]["box"][:2] == pytest.approx(wanted, abs=3e-4)


# Frames


def test_marks_stay_on_their_frame_and_undo_goes_back_to_it(editor):
    page = editor(CLIP)
    keys(page, ".", ".", ".")
    stage.shown(page)
    stage.drag(page, [(0.2, 0.3), (0.5, 0.6)])
    keys(page, ",")
    stage.shown(page)
    tool(page, "select")
    page.mouse.click(*stage.place(page, 0.35, 0.45))
    assert page.locator(".u-handle").count() == 0  # it lies on another frame
    page.fill(".u-frames input", "20")
    stage.shown(page)
    keys(page, "Control+z")
    keys(page, "Control+y")
    stage.shown(page)
    assert page.inner_text(".u-frames output").startswith("frame 3 of 23")
    page.click("[data-act=done]")
    assert page.evaluate("props.value.regions[0].time") == pytest.approx(3 / 12)


def test_a_clip_opens_on_the_frame_that_a_player_shows(editor):
    page = editor(CLIP)
    for seconds, frame in ((10.5 / 12, 10), (10 / 12, 10), (10.9 / 12, 10), (0, 0), (99, 23)):
        detail = {**CLIP, "at": seconds}
        page.evaluate("clip => window.dispatchEvent(new CustomEvent('unison:draw', { detail: clip }))", detail)
        stage.shown(page)
        assert page.inner_text(".u-frames output").startswith(f"frame {frame} of 23")


def test_nothing_is_marked_while_the_frame_on_screen_is_not_the_one_named(editor):
    page = editor(CLIP)
    page.evaluate("document.querySelector('.u-canvas').classList.add('u-busy')")
    stage.drag(page, [(0.2, 0.3), (0.5, 0.6)])
    assert kinds(page) == []
    assert "still loading" in page.inner_text(".u-editor .u-hint")
    keys(page, "Enter", "ArrowLeft")
    assert page.evaluate("desk.draft") is None


# Bad input


def test_drags_that_leave_the_picture_end_at_its_edge(editor):
    page = editor(WIDE)
    stage.drag(page, [(0.5, 0.5), (3.0, 5.0), (-2.0, 9.0)])
    assert shapes(page)[0]["box"] == pytest.approx([0, 0.5, 0.5, 1], abs=0.004)
    stage.drag(page, [(0.05, -0.3), (0.3, 0.4)])  # begun beside the picture, as one does who wants all of its edge
    assert shapes(page, 1)[0]["box"] == pytest.approx([0.05, 0, 0.3, 0.4], abs=0.006)
    tool(page, "scribble")
    stage.drag(page, [(0.5, 0.5), (0.6, 4.0), (0.9, 0.5)])
    assert all(0 <= v <= 1 for point in shapes(page, 1)[1]["pts"] for v in point)
    tool(page, "point")
    page.mouse.click(*stage.place(page, 0.5, 1.3))
    assert "outside the picture" in page.inner_text(".u-editor .u-hint")
    assert kinds(page) == ["box", "box, stroke"]


def test_a_picture_that_is_still_loading_cannot_be_drawn_on_and_another_may_come_while_one_draws(editor, editor_files):
    page = editor()
    held = []
    page.route("**/late.png", lambda route: held.append(route))
    x, y = stage.place(page, 0.2, 0.2)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 80, y + 80, steps=3)
    late = {"ref": "image#3", "kind": "image", "url": "/late.png", "width": 400, "height": 100}
    page.evaluate("late => window.dispatchEvent(new CustomEvent('unison:draw', { detail: late }))", late)
    page.mouse.move(x + 160, y + 160, steps=3)
    page.mouse.up()
    assert kinds(page) == []
    stage.drag(page, [(0.1, 0.1), (0.5, 0.5)])
    assert "still loading" in page.inner_text(".u-editor .u-hint")
    assert kinds(page) == []
    held[0].fulfill(path=editor_files[0] / "wide.png")
    stage.shown(page)
    stage.drag(page, [(0.1, 0.1), (0.5, 0.5)])
    page.click("[data-act=done]")
    (region,) = page.evaluate("props.value.regions")
    assert (region["ref"], region["shapes"][0]["box"]) == ("image#3", pytest.approx([0.1, 0.1, 0.5, 0.5], abs=0.005))


def test_a_picture_that_is_not_there_is_told(editor):
    page = editor(expected="404")
    gone = {"ref": "image#4", "kind": "image", "url": "/gone.png", "width": 40, "height": 10}
    page.evaluate("gone => window.dispatchEvent(new CustomEvent('unison:draw', { detail: gone }))", gone)
    page.wait_for_function("document.querySelector('.u-editor .u-hint').textContent.includes('cannot be shown')")


def test_storms_of_clicks_and_keys_break_nothing(editor):
    page = editor()
    stage.drag(page, [(0.1, 0.1), (0.5, 0.5)])
    page.evaluate(
        "for (let n = 0; n < 60; n++) for (const act of ['undo', 'redo', 'nearer', 'object', 'undo', 'further']) document.querySelector(`[data-act=${act}]`).click()"
    )
    assert "box" in kinds(page) or page.is_enabled("[data-act=undo]")
    page.evaluate("for (let n = 0; n < 90; n++) document.querySelector('[data-act=object]').click()")
    assert page.locator(".u-object").count() == 64
    assert "at most 64 regions" in page.inner_text(".u-editor .u-hint")
    tool(page, "point")
    page.evaluate("for (let n = 0; n < 80; n++) desk.add({ type: 'point', xy: [0.5, 0.5] })")
    assert "at most 64 marks" in page.inner_text(".u-editor .u-hint")
    page.evaluate("for (let n = 0; n < 30; n++) document.querySelector('[data-act=done]').click()")
    assert page.locator("dialog[open]").count() == 0
    assert sum(len(region["shapes"]) for region in page.evaluate("props.value.regions")) in (64, 65)
    page.evaluate("for (let n = 0; n < 30; n++) document.querySelector('[data-mark]').click()")
    stage.shown(page)
    assert page.locator("dialog[open]").count() == 1


def test_a_long_stroke_stays_within_what_the_server_takes(editor):
    page = editor()
    tool(page, "scribble")
    page.evaluate(
        "() => { const room = document.querySelector('.u-room'), box = document.querySelector('.u-canvas').getBoundingClientRect();"
        " const send = (type, n) => room.dispatchEvent(new PointerEvent(type, { pointerId: 1, pointerType: 'mouse', button: 0, bubbles: true,"
        " clientX: box.left + box.width * (0.5 + 0.4 * Math.sin(n / 3)), clientY: box.top + box.height * (0.5 + 0.4 * Math.cos(n / 2.3)) }));"
        " room.setPointerCapture = () => {}; send('pointerdown', 0); for (let n = 1; n < 5000; n++) send('pointermove', n); send('pointerup', 5000); }"
    )
    (stroke,) = shapes(page)
    assert 500 < len(stroke["pts"]) <= 2000


# Words and sizes


def test_every_button_has_a_name_and_a_phone_shows_all_of_them(editor):
    for phone in (False, True):
        page = editor(CLIP, phone=phone)
        stage.drag(page, [(0.1, 0.3), (0.4, 0.7)])
        for name in ("scribble", "erase", "select"):
            tool(page, name)
            nameless = page.evaluate(
                "[...document.querySelectorAll('.u-editor button, .u-editor input, .u-tray button')].filter(e => !(e.getAttribute('aria-label')"
                " || e.textContent.trim() || e.labels?.length)).length"
            )
            outside = page.evaluate(
                "[...document.querySelectorAll('.u-editor .u-btn, .u-editor input')].filter(e => e.offsetParent).map(e => [e.outerHTML, e.getBoundingClientRect()])"
                ".filter(([, r]) => r.width && (r.left < 0 || r.right > innerWidth || r.bottom > innerHeight)).map(([html]) => html)"
            )
            assert (nameless, outside) == (0, [])
            # What one sees on a button is part of what a screen reader says, so that it can be called by it.
            other = page.evaluate(
                "[...document.querySelectorAll('.u-editor button[aria-label], .u-tray button[aria-label]')].filter(e => {"
                " const copy = e.cloneNode(true); copy.querySelectorAll('[aria-hidden]').forEach(n => n.remove());"
                " const text = copy.textContent.trim(); return text.length > 2 && !e.getAttribute('aria-label').toLowerCase().includes(text.toLowerCase());"
                " }).map(e => e.outerHTML)"
            )
            assert other == []
        assert page.evaluate(
            "document.querySelector('.u-editor').scrollWidth <= document.querySelector('.u-editor').clientWidth"
        )
