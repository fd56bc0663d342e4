"""The page: what is on it and which event calls what. What the events do is in ``app.ui_actions``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from components import assets
from components.chat_list import chat_list
from components.fast_gradio import gr, unserved
from components.intake import intake
from components.media_card import bridge, definition
from components.outbox import send_box
from components.region_editor import region_editor
from components.settings_panel import settings_panel
from components.talk import talk
from components.target_chip import target_chip
from models.media import LIMITS

from app import api
from app.chat_view import CHAT
from app.composing import TEXT_MOST
from app.engine import Engine
from app.examples import EXAMPLES, FOLDER, card_icon
from app.ui_actions import Actions
from app.ui_chats import Chats
from app.ui_intake import Intake
from app.ui_results import Results
from app.ui_sending import Sending
from app.ui_settings import panel
from app.ui_target import Targets
from app.uploads import choose_folder

OWNER_KEY = "unison-owner"
OWNER_SECRET = "unison-owner-1"
"""Gradio scrambles the token with it and sends it to every browser: it hides nothing, it only must stay the same."""
PLACEHOLDER = "Ask, or drop a file here"
"""Short enough for one line of a phone; the greeting says which files."""
WELCOME = """## What shall we make of it?
Attach a picture, a video or a sound, mark what you mean, and say what to do with it. Or try one of these:"""


def look() -> dict[str, Any]:
    """Return the launch keywords for the page's look: theme, style and the components' code."""
    theme = gr.themes.Default(
        primary_hue=gr.themes.colors.indigo,
        neutral_hue=gr.themes.colors.slate,
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )
    css = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    # The stand-in for a storage that is off comes before whatever may look at it.
    head = assets.head(
        "settings_panel",
        "media_card",
        "region_editor",
        "chat_list",
        "target_chip",
        "turn_bar",
        "talk",
        "outbox",
        "intake",
    )
    return {"theme": theme, "css": css, "head": head}


def _examples(engine: Engine) -> list[dict[str, Any]]:
    folder = engine.settings.data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    # Served from where they are: a copy in gradio's own folder would be cleared away while the page still shows it.
    gr.set_static_paths([folder])
    return [
        {"text": example.text, "display_text": example.title, "icon": str(card_icon(folder, example.icon))}
        for example in EXAMPLES
    ]


def _box(number: int, engine: Engine) -> Any:
    """Return one of the chat's boxes: that of earlier turns, or one of the ring, the first of which greets."""
    greeting = {"placeholder": WELCOME, "examples": _examples(engine)} if number == 1 else {}
    return gr.Chatbot(
        elem_id=f"box-{number}" if number else "past",
        elem_classes="u-box-of-turns",
        show_label=False,
        container=False,
        layout="bubble",
        autoscroll=False,
        buttons=[],
        sanitize_html=True,
        latex_delimiters=[],
        **greeting,
    )


def build(engine: Engine) -> Any:
    """Return the page over *engine*, with its endpoints for programs, as ``gr.Blocks``. Launch it with ``app.hosting.launch_keywords``."""
    with unserved():
        return _page(engine)


def _page(engine: Engine) -> Any:
    choose_folder(engine.settings)  # first: gradio's parts ask for it when they are made
    actions = Actions(engine, definition())
    results = Results(actions)
    sidebar = Chats(actions)
    targets = Targets(actions)
    sending, incoming = Sending(actions), Intake(actions)
    with gr.Blocks(title="Unison", fill_height=True, analytics_enabled=False, delete_cache=(3600, 86400)) as demo:
        api.add_endpoints(engine)  # first: gradio numbers names that are taken, also by what the page keeps to itself
        owner = gr.BrowserState(None, storage_key=OWNER_KEY, secret=OWNER_SECRET)
        with gr.Sidebar(open=False, elem_id="side", width=300) as side:
            chats = chat_list(elem_id="chats")
            bring = gr.UploadButton("Load a saved conversation", file_types=[".zip"], size="sm", elem_id="bring")
        with gr.Column(elem_id="page"):
            settings_panel(panel(engine), elem_id="badge", padding=False)
            earlier = gr.Button("Show earlier messages", size="sm", visible=False, elem_id="earlier")
            with gr.Column(elem_id="chat"):
                past, *boxes = (_box(number, engine) for number in range(CHAT))
                talk(elem_id="talk")
            asked = bridge(elem_id="asked")
            tray = region_editor(elem_id="tray", padding=False)
            files = intake(
                LIMITS.upload_bytes, engine.settings.files_per_message, TEXT_MOST, elem_id="intake", padding=False
            )
            outbox = send_box(elem_id="outbox", padding=False)
            box = gr.MultimodalTextbox(
                elem_id="box",
                show_label=False,
                placeholder=PLACEHOLDER,
                sources=["upload", "microphone"],
                file_types=["image", "video", "audio"],
                file_count="multiple",
                max_plain_text_length=TEXT_MOST,
                lines=1,
                max_lines=8,
                autofocus=True,
            )
            with gr.Row(elem_id="foot"):
                gr.HTML(
                    "Enter sends, Shift + Enter starts a new line. /help lists the commands.",
                    elem_id="hint",
                    apply_default_css=False,
                    js_on_load=None,
                )
                chip = target_chip(targets.value(), elem_id="target", padding=False)
        shown = [past, *boxes, box, tray, chats, earlier]
        # Notices at the edge of the page come only through the queue; what must not wait for it has none to tell.
        direct: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
        quiet: dict[str, Any] = {"concurrency_limit": None, "show_progress": "hidden", "api_visibility": "private"}
        # The engine runs one expert at a time and one reply per conversation; the queue only carries the stream.
        stream: dict[str, Any] = {
            "concurrency_limit": 16, "concurrency_id": "reply", "show_progress": "hidden", "api_visibility": "private",
            "trigger_mode": "multiple",
        }  # fmt: skip
        demo.load(sidebar.load, [owner], [owner, *shown], js="unison.wasOpen", **direct)
        box.change(None, [box], None, js="unison.tellDraft", **direct)
        files.files(incoming.attach, [tray, owner], [tray], **quiet, trigger_mode="multiple")
        # What is sent is what was there when Send was pressed, and the composer is empty from then on.
        for press in (box.submit, outbox.again):
            press(sending.send, [box, tray, chip, owner], shown, js="unison.post", **stream)
        outbox.onward(sending.onward, [owner], shown, **stream)
        outbox.unsend(sending.unsend, [tray, owner], [tray, chats], **direct, trigger_mode="multiple")
        chip.aim(targets.aim, [tray, owner], [chip], **direct, trigger_mode="multiple")
        chip.meant(targets.meant, [owner], shown, **stream)
        chip.answer(targets.answer, [owner], shown, **stream)
        box.stop(actions.stop, [owner], None, **direct)
        asked.again(results.again, [owner], shown, **stream)
        asked.skip(results.skip, [owner], None, **direct)
        asked.halt(actions.stop, [owner], None, **direct)
        for chat in boxes:
            chat.retry(actions.retry, [owner], shown, **stream)
            chat.undo(sidebar.undo, [box, owner], shown, **quiet)
        boxes[0].example_select(actions.example, [owner], shown, **stream)
        # A second press may come before the first is answered.
        tray.drop(actions.drop, [tray, owner], [tray], **quiet, trigger_mode="multiple")
        asked.recipe(results.recipe, [owner], [asked], **quiet)
        asked.export(results.export, [owner], [asked], **quiet, trigger_mode="multiple")
        bring.upload(sidebar.bring, [bring, owner], shown, **{**quiet, "concurrency_limit": 1})
        chats.bundle(sidebar.bundle, [owner], [chats], **quiet)
        chats.replay(sidebar.replay, [owner], [chats], **quiet)
        chats.cease(sidebar.cease, [owner], None, **direct)
        earlier.click(sidebar.earlier, [owner], shown, **quiet)
        chats.look(sidebar.look, [owner], shown, **stream)
        chats.turn(sidebar.turn, [owner], shown, **stream)
        for event, handler in ((chats.fresh, sidebar.fresh), (chats.choose, sidebar.choose)):
            event(handler, [owner], [*shown, side], **quiet)
        for event, handler in ((chats.remove, sidebar.remove), (chats.restore, sidebar.restore)):
            event(handler, [owner], shown, **quiet)
        for event, handler in (
            (chats.rename, sidebar.rename),
            (chats.shelf, sidebar.shelf),
            (chats.seek, sidebar.seek),
        ):
            event(handler, [owner], [chats], **quiet, trigger_mode="always_last")
    demo.queue(default_concurrency_limit=16, max_size=64)
    return demo
