"""What the page costs a browser: loading it, a reply that grows, and scrolling, in a long conversation and in a new one.

    python -m benchmarks.page [--messages N] [--words N] [--rounds N]

A scripted model says a word every quarter of a second, so that every word is drawn. The same is done in a new conversation, in
one of many messages with pictures, masks, clips and sounds as it opens, and in that one with all its messages unrolled; they
take turns. Printed are medians, and ratios to the new conversation: processor time of the page's main thread and of this
process (the server, and the little that drives the browser), KB received, nodes of the document. Scrolling is measured with
the processor slowed down four times; the intervals of its frames and the times of loading are by the clock, so a busy machine
spoils them. Needs playwright and an installed Chromium, and reaches nothing but the server that it starts.
"""

from __future__ import annotations

import logging
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.engine import Engine
from app.session import Session, new_owner
from benchmarks.common import arguments
from benchmarks.long_talk import engine_at_once, files, talk

READY = ".u-chats[data-current]:not([data-current=''])"
FRAMES, STEP, SLOWER = 60, 90, 4
"""Frames of a scroll, pixels of each, and how many times the processor is slowed down for it."""
SCROLL = f"""async () => {{
  const room = document.querySelector('#chat'), times = [];
  const frame = () => new Promise(requestAnimationFrame);
  let way = -1, last = await frame();
  for (let n = 0; n < {FRAMES}; n += 1) {{
    const end = room.scrollHeight - room.clientHeight;
    way = room.scrollTop <= 0 ? 1 : room.scrollTop >= end - 1 ? -1 : way;
    room.scrollTop += way * {STEP};
    const now = await frame();
    times.push(now - last);
    last = now;
  }}
  room.scrollTop = room.scrollHeight;
  return times;
}}"""
PAINTED = "() => Math.max(...performance.getEntriesByName('first-contentful-paint').map((entry) => entry.startTime))"
Costs = dict[str, float]


def chromium() -> str:
    """Return the program of an installed Chromium. Raises SystemExit without one."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        raise SystemExit("no Chromium is installed")
    return found


@contextmanager
def served(engine: Engine) -> Iterator[str]:
    """Serve the page over *engine* and give its address."""
    from app.hosting import launch_keywords
    from app.ui import build

    page = build(engine)
    page.launch(**{**launch_keywords(engine.settings), "server_port": None}, prevent_thread_lock=True, quiet=True)
    try:
        yield page.local_url
    finally:
        page.close()


def give(engine: Engine, session: Session) -> None:
    """Make a conversation the latest of whoever opened the page last: only the browser knows that person's token."""
    with engine.history.together():
        database = engine.history._db
        query = "SELECT owner FROM conversation ORDER BY created DESC, rowid DESC"
        owner = database.execute(query).fetchone()[0]
        query = "UPDATE conversation SET owner = ?, updated = ? WHERE id = ?"
        database.execute(query, (owner, time.time() + 60, session.conversation))


class Tab:
    """An open page and what it has cost so far."""

    def __init__(self, browser: Any, url: str) -> None:
        self.page = browser.new_page(viewport={"width": 1280, "height": 860})
        self.page.set_default_timeout(300_000)
        self.wire = self.page.context.new_cdp_session(self.page)
        self.wire.send("Performance.enable", {"timeDomain": "threadTicks"})
        self.wire.send("Network.enable")
        self.weight: Counter[str] = Counter()
        self.received = self.asked = 0
        self._kinds: dict[str, str] = {}
        self.wire.on("Network.responseReceived", lambda e: self._kinds.update({e["requestId"]: e["type"]}))
        self.wire.on("Network.dataReceived", self._count)
        self.wire.on("Network.loadingFinished", self._finish)
        self.url = url

    def _count(self, event: Any) -> None:
        self.received += event["dataLength"]

    def _finish(self, event: Any) -> None:
        self.weight[self._kinds.get(event["requestId"], "Other")] += event["encodedDataLength"]

    def load(self) -> Costs:
        """Open the page anew and tell when it showed something and when it could be used, ms."""
        began = time.perf_counter()
        self.page.goto(self.url)
        self.page.wait_for_selector("#box textarea")
        self.page.wait_for_selector(READY, state="attached")
        usable = 1000 * (time.perf_counter() - began)
        return {
            "first paint, ms by the clock": self.page.evaluate(PAINTED),
            "usable, ms by the clock": usable,
            **self.told(),
        }

    def told(self) -> Costs:
        """Return what the page's main thread and this process have used up, ms, and what was received, KB."""
        told = {one["name"]: one["value"] for one in self.wire.send("Performance.getMetrics")["metrics"]}
        return {
            "browser, ms": 1000 * told["TaskDuration"],
            "of it scripts, ms": 1000 * told["ScriptDuration"],
            "of it style and layout, ms": 1000 * (told["LayoutDuration"] + told["RecalcStyleDuration"]),
            "server, ms": 1000 * time.process_time(),
            "KB received": self.received / 1000,
            "nodes": told["Nodes"],
        }

    def since(self, before: Costs, times: int) -> Costs:
        """Return what was used up since *before*, by each of so many *times*; of nodes how many there are."""
        return {
            name: (value - before[name]) / times if name != "nodes" else value for name, value in self.told().items()
        }

    def answer(self, words: int) -> Costs:
        """Have a reply of *words* words and return what each word cost."""
        before = self.told()
        self.asked += 1
        self.page.fill("#box textarea", f"slowly {words} n{self.asked}w")
        self.page.press("#box textarea", "Enter")
        last = f"n{self.asked}w{words - 1}"  # no two replies say the same, and the request does not say it
        self.page.wait_for_function(f"() => document.querySelector('#chat').innerText.includes('{last}')")
        self.page.wait_for_selector("#box [data-testid=submit-button]")
        return self.since(before, words)

    def scroll(self) -> Costs:
        """Scroll on a slow processor and return what each frame cost."""
        self.wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        before = self.told()
        times = self.page.evaluate(SCROLL)
        spent = self.since(before, FRAMES)
        self.wire.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        late = sum(t > 1.5 * 1000 / 60 for t in times) / len(times)
        return {
            "browser, ms": spent["browser, ms"],
            "interval, ms by the clock": statistics.median(times),
            "late, %": 100 * late,
        }

    def fresh(self) -> None:
        """Begin a new conversation."""
        self.page.evaluate("document.querySelector('[data-act=new]').click()")
        self.page.wait_for_selector("#chat .u-card", state="detached")

    def unroll(self) -> None:
        """Show all messages of the conversation."""
        while self.page.locator("#earlier").is_visible():
            before = self.page.locator(".u-turn").count()
            self.page.click("#earlier")
            self.page.wait_for_function("n => document.querySelectorAll('.u-turn').length > n", arg=before)


def show(title: str, found: dict[str, list[Costs]]) -> None:
    """Print the medians of *found*, by kind of conversation, and their ratios to the first kind."""
    kinds = list(found)
    print(f"\n{title:34}" + "".join(f"{kind:>22}" for kind in kinds))
    for name in found[kinds[0]][0]:
        values = [statistics.median(costs[name] for costs in found[kind]) for kind in kinds]
        ratios = [f"({value / values[0]:5.2f})" if at and values[0] else " " * 7 for at, value in enumerate(values)]
        print(f"{name:34}" + "".join(f"{v:14.2f} {r}" for v, r in zip(values, ratios, strict=True)), flush=True)


def measure(engine: Engine, url: str, browser: Any, long: Session, words: int, rounds: int) -> None:
    """Print what there is to print."""
    names = ("new", "long", "all of it shown")
    loads: dict[str, list[Costs]] = {names[0]: [], names[1]: []}
    tabs: dict[str, Tab] = {}
    for name, session in zip(names, (None, long, engine.branch_off(long)), strict=True):
        tabs[name] = tab = Tab(browser, url)
        cold = tab.load()
        if name == names[0]:
            tab.page.wait_for_load_state("networkidle")
            print(
                "KB of the empty page: "
                + ", ".join(f"{kind} {size / 1000:.0f}" for kind, size in tab.weight.most_common())
            )
            print(", ".join(f"{what} {cold[what]:.0f}" for what in cold))
        else:
            assert session is not None
            give(engine, session)
        for _ in range(rounds if name in loads else 1):
            before = tab.told()
            spent = tab.load()
            tab.page.wait_for_load_state("networkidle")
            clock = {what: value for what, value in spent.items() if "clock" in what}
            if name in loads:
                loads[name].append({**clock, **tab.since({**before, "nodes": 0}, 1)})
    show("the page anew, from the cache", loads)
    answers: dict[str, list[Costs]] = {name: [] for name in names}
    scrolls: dict[str, list[Costs]] = {name: [] for name in names}
    for _ in range(rounds):
        for name, tab in tabs.items():
            tab.page.bring_to_front()
            if name == names[0]:
                tab.fresh()
            elif name == names[2]:
                tab.unroll()
                scrolls[name].append(tab.scroll())
            tab.answer(2)
            answers[name].append(tab.answer(words))
            if name != names[2]:
                scrolls[name].append(tab.scroll())
    show("each word of a reply", answers)
    show(f"each frame, processor {SLOWER} times slower", scrolls)


def main() -> None:
    """Make the conversation, serve it and measure."""
    options = arguments(__doc__, messages=200, words=12, rounds=3)
    logging.disable(logging.WARNING)
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as name, engine_at_once(Path(name)) as engine, served(engine) as url:
        long = engine.open(new_owner())
        talk(engine, long, options.messages, files(Path(name)))
        print(f"{options.messages} messages, {options.rounds} rounds of {options.words} words")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
            measure(engine, url, browser, long, options.words, options.rounds)
            browser.close()


if __name__ == "__main__":
    main()
