"""What the page costs a browser: loading it, a reply that grows, scrolling, and turning to another conversation.

    python -m benchmarks.page [--messages N] [--words N] [--rounds N]

The page is loaded for the first time beside a bare gradio chat of the same release: a chatbot, a composer and nothing else.
Then a new conversation is the measure for one of twenty messages and one of many, with pictures, masks, clips and sounds, as it
opens and with all its messages unrolled; they take turns. A new one cannot be scrolled: there the one of twenty is the measure.
A scripted model says a word every quarter of a second, so that every word is drawn. Printed are medians, and in brackets their
ratios to the first column: processor time of the page's main thread and of this process (the server, and the little that drives
the browser), KB received, packed and unpacked, nodes of the document. Scrolling is measured as it is and with the processor slowed
down four times; a frame has 16.7 ms. What is "by the clock", a busy machine spoils, most of all the longest frame. Needs
playwright and an installed Chromium, and reaches nothing but the servers that it starts.
"""

from __future__ import annotations

import logging
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.engine import Engine
from app.session import Session, new_owner
from benchmarks.common import arguments
from benchmarks.long_talk import engine_at_once, files, talk
from benchmarks.page_tab import OFFLINE, SLOWER, Costs, Tab, chromium

SHORT, LONG = "A short one", "A long one"
"""The names of the two conversations that are turned to."""
FEW = 20
"""Messages of the short one: as many as the page shows of a long one when it opens."""


@contextmanager
def served(page: Any, **how: Any) -> Iterator[str]:
    """Serve a page of gradio and give its address."""
    page.launch(**{**how, "server_port": None}, prevent_thread_lock=True, quiet=True)
    try:
        yield page.local_url
    finally:
        page.close()


def bare() -> Any:
    """Return the page that this one is compared with: a chatbot, a composer and nothing else."""
    from components.fast_gradio import gr

    with gr.Blocks() as page:
        gr.Chatbot()
        gr.MultimodalTextbox(elem_id="box")
    return page


def give(engine: Engine, session: Session) -> None:
    """Make a conversation the latest of whoever opened the page last: only the browser knows that person's token."""
    with engine.history.together():
        database = engine.history._db
        query = "SELECT owner FROM conversation ORDER BY created DESC, rowid DESC"
        owner = database.execute(query).fetchone()[0]
        query = "UPDATE conversation SET owner = ?, updated = ? WHERE id = ?"
        database.execute(query, (owner, time.time() + 60, session.conversation))


def show(title: str, found: dict[str, list[Costs]]) -> None:
    """Print the medians of *found*, by kind of page or conversation, and their ratios to the first kind."""
    kinds = list(found)
    print(f"\n{title:38}" + "".join(f"{kind:>22}" for kind in kinds))
    for name in found[kinds[0]][0]:
        values = [statistics.median(costs[name] for costs in found[kind]) for kind in kinds]
        ratios = [f"({value / values[0]:5.2f})" if at and values[0] else " " * 7 for at, value in enumerate(values)]
        print(f"{name:38}" + "".join(f"{v:14.2f} {r}" for v, r in zip(values, ratios, strict=True)), flush=True)


def first_time(browser: Any, plain: str, url: str, rounds: int) -> None:
    """Measure the page as somebody finds it who was never here."""
    found: dict[str, list[Costs]] = {"a bare gradio chat": [], "this page": []}
    weight = ""
    for _ in range(rounds):
        for name, address in zip(found, (plain, url), strict=True):
            tab = Tab(browser)
            found[name].append(tab.load(address) if address == url else tab.load(address, ready="#box"))
            weight = ", ".join(f"{kind} {size / 1000:.0f}" for kind, size in tab.weight.most_common())
            tab.context.close()
    show("the page for the first time", found)
    print(f"KB over the wire, by kind: {weight}")


def anew(tabs: dict[str, Tab], url: str, rounds: int) -> None:
    """Measure the page as it opens again, with what the browser kept."""
    found: dict[str, list[Costs]] = {name: [] for name in tabs}
    for _ in range(rounds):
        for name, tab in tabs.items():
            found[name].append(tab.load(url))
    show("the page anew, from the cache", found)


def turning(tab: Tab, messages: int, rounds: int) -> None:
    """Measure how long it takes to turn from a new conversation to a short one, and to a long one."""
    found: dict[str, list[Costs]] = {"to a short one": [], "to a long one": []}
    for _ in range(rounds):
        for name, title, last in zip(found, (SHORT, LONG), (FEW - 1, messages - 1), strict=True):
            tab.fresh()
            found[name].append(tab.turn_to(title, last))
    show("turning to another conversation", found)


def growing(tabs: dict[str, Tab], words: int, rounds: int) -> None:
    """Measure what the words of a reply and the frames of a scroll cost; the first tab has a new conversation, the last shows
    all of its own."""
    new, *_, whole = tabs
    answers: dict[str, list[Costs]] = {name: [] for name in tabs}
    scrolls: dict[int, dict[str, list[Costs]]] = {
        slower: {name: [] for name in tabs if name != new} for slower in (1, SLOWER)
    }
    for _ in range(rounds):
        for name, tab in tabs.items():
            tab.page.bring_to_front()
            if name == whole:
                tab.unroll()
            for slower, found in scrolls.items() if name != new else ():
                found[name].append(tab.scroll(slower))
            tab.answer(2)
            answers[name].append(tab.answer(words))
            if name == new:
                tab.fresh()
    show("each word of a reply", answers)
    for slower, found in scrolls.items():
        show("scrolling" if slower == 1 else f"scrolling, processor {slower} times slower", found)


def measure(engine: Engine, browser: Any, url: str, talks: dict[str, Session], options: Any) -> None:
    """Print what there is to print of conversations; *talks* are LONG and SHORT."""
    names = ("new", f"{FEW} messages", f"{options.messages} messages", "all of them shown")
    held: list[list[Session]] = [
        [],
        [engine.branch_off(talks[SHORT])],
        [talks[SHORT], talks[LONG]],
        [engine.branch_off(talks[LONG])],
    ]
    tabs = {name: Tab(browser) for name in names}
    for tab, sessions in zip(tabs.values(), held, strict=True):
        tab.load(url)
        for session in sessions:  # the last one opens
            give(engine, session)
        tab.load(url)
    anew({name: tabs[name] for name in names[:3]}, url, options.rounds)
    turning(tabs[names[2]], options.messages, options.rounds)
    growing(tabs, options.words, options.rounds)


def main() -> None:
    """Make the conversations, serve the page and measure."""
    options = arguments(__doc__, messages=200, words=8, rounds=3)
    logging.disable(logging.WARNING)
    from playwright.sync_api import sync_playwright

    from app.hosting import launch_keywords
    from app.ui import build

    with tempfile.TemporaryDirectory() as name, engine_at_once(Path(name)) as engine:
        owner, media = new_owner(), files(Path(name))
        talks = {LONG: engine.open(owner), SHORT: engine.open(owner)}
        for (title, session), many in zip(talks.items(), (options.messages, FEW), strict=True):
            talk(engine, session, many, media)
            engine.rename(session, title)
        print(f"{options.messages} messages, {options.rounds} rounds of {options.words} words", flush=True)
        with (
            served(build(engine), **launch_keywords(engine.settings)) as url,
            served(bare()) as plain,
            sync_playwright() as playwright,
        ):
            how = {"executable_path": chromium(), "args": ["--no-sandbox", "--disable-gpu", OFFLINE]}
            browser = playwright.chromium.launch(**how)
            first_time(browser, plain, url, options.rounds)
            measure(engine, browser, url, talks, options)
            browser.close()


if __name__ == "__main__":
    main()
