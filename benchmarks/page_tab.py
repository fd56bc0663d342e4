"""A tab of a real browser for ``benchmarks.page``: what it is told to do, and what that cost."""

from __future__ import annotations

import shutil
import statistics
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

Costs = dict[str, float]
READY = ".u-chats[data-current]:not([data-current=''])"
PATIENCE = 90_000
"""Milliseconds after which what was waited for does not come any more."""
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
TURN_TO = """async ([title, last]) => {
  const began = performance.now(), frame = () => new Promise(requestAnimationFrame);
  [...document.querySelectorAll('.u-chats .u-open')].find((row) => row.textContent.startsWith(title)).click();
  while (!document.querySelector(`#chat .u-turn[data-n="${last}"]`)) await frame();
  await frame(); // it is painted before the one after
  await frame();
  return performance.now() - began;
}"""
PAINTED = "() => Math.max(...performance.getEntriesByName('first-contentful-paint').map((entry) => entry.startTime))"
# Nothing but this machine is asked for, as by somebody without a network: gradio's own page asks for fonts.
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"


def chromium() -> str:
    """Return the program of an installed Chromium. Raises SystemExit without one."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        raise SystemExit("no Chromium is installed")
    return found


class Tab:
    """A person's browser, with a cache of its own and one open page, and what that page has cost so far."""

    def __init__(self, browser: Any) -> None:
        self.context = browser.new_context(viewport={"width": 1280, "height": 860})
        self.page: Any = None
        self.asked = 0

    def load(self, url: str, box: str = "#box textarea", ready: str = READY) -> Costs:
        """Open the page at *url* anew and tell when it showed something and when it could be used, ms: when there are *box*
        and *ready*; and all that it used up until it came to rest."""
        if self.page is not None:
            self.page.close()
        # A new page counts from nothing; cache and storage are the context's.
        self.page = page = self.context.new_page()
        page.set_default_timeout(PATIENCE)
        self.wire = page.context.new_cdp_session(page)
        self.wire.send("Performance.enable", {"timeDomain": "threadTicks"})
        self.wire.send("Network.enable")
        self.weight: Counter[str] = Counter()
        self.received = 0
        kinds: dict[str, str] = {}
        self.wire.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
        self.wire.on("Network.dataReceived", self._count)
        self.wire.on("Network.loadingFinished", lambda e: self._finish(e, kinds))
        served, began = time.process_time(), time.perf_counter()
        page.goto(url)
        page.wait_for_selector(box)
        page.wait_for_selector(ready, state="attached")
        usable = 1000 * (time.perf_counter() - began)
        page.wait_for_load_state("networkidle")
        told = self.told()
        return {
            "first paint, ms by the clock": page.evaluate(PAINTED),
            "usable, ms by the clock": usable,
            "KB over the wire": sum(self.weight.values()) / 1000,
            **told,
            "server, ms": told["server, ms"] - 1000 * served,
        }

    def _count(self, event: Any) -> None:
        self.received += event["dataLength"]

    def _finish(self, event: Any, kinds: dict[str, str]) -> None:
        self.weight[kinds.get(event["requestId"], "Other")] += event["encodedDataLength"]

    def told(self) -> Costs:
        """Return what the page's main thread and this process have used up, ms, and what was received, KB unpacked."""
        told = {one["name"]: one["value"] for one in self.wire.send("Performance.getMetrics")["metrics"]}
        return {
            "browser, ms": 1000 * told["TaskDuration"],
            "of it scripts, ms": 1000 * told["ScriptDuration"],
            "of it style and layout, ms": 1000 * (told["LayoutDuration"] + told["RecalcStyleDuration"]),
            "server, ms": 1000 * time.process_time(),
            "KB received": self.received / 1000,
            "nodes": told["Nodes"],
        }

    def cost(self, work: Callable[[], Any], times: int = 1) -> tuple[Any, Costs]:
        """Do *work* and return what it gives and what each of its *times* used up; of nodes how many there are."""
        before = self.told()
        given = work()
        after = self.told()
        return given, {name: v if name == "nodes" else (v - before[name]) / times for name, v in after.items()}

    def _reply(self, words: int) -> None:
        self.asked += 1
        self.page.fill("#box textarea", f"slowly {words} n{self.asked}w")
        self.page.press("#box textarea", "Enter")
        last = f"n{self.asked}w{words - 1}"  # no two replies say the same, and the request does not say it
        self.page.wait_for_function(f"() => document.querySelector('#chat').textContent.includes('{last}')")
        self.page.wait_for_selector("#box [data-testid=submit-button]")

    def answer(self, words: int) -> Costs:
        """Have a reply of *words* words and return what each word cost."""
        return self.cost(lambda: self._reply(words), words)[1]

    def scroll(self, slower: int) -> Costs:
        """Scroll on a processor that is *slower* so many times, and return what each frame cost, how many there were in a second,
        and the longest."""
        self.wire.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        times, spent = self.cost(lambda: self.page.evaluate(SCROLL), FRAMES)
        self.wire.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        return {
            **{name: value for name, value in spent.items() if "server" not in name and "KB" not in name},
            "frames a second, by the clock": 1000 * len(times) / sum(times),
            "usual frame, ms by the clock": statistics.median(times),
            "longest frame, ms by the clock": max(times),
        }

    def fresh(self) -> None:
        """Begin a new conversation, from one that is not empty. Words typed before it is there would be cleared away."""
        before = self.page.get_attribute(".u-chats", "data-current")
        self.page.evaluate("document.querySelector('[data-act=new]').click()")
        self.page.wait_for_selector(f".u-chats:not([data-current='{before}'])", state="attached")
        self.page.wait_for_selector("#chat .u-turn", state="detached")

    def turn_to(self, title: str, last: int) -> Costs:
        """Open the conversation called *title*, from a new one, and tell when its *last* message was there."""
        seconds, spent = self.cost(lambda: self.page.evaluate(TURN_TO, [title, last]))
        return {"shown, ms by the clock": seconds, **spent}

    def unroll(self) -> None:
        """Show all messages of the conversation."""
        while self.page.locator("#earlier").is_visible():
            before = self.page.locator(".u-turn").count()
            self.page.click("#earlier")
            self.page.wait_for_function("n => document.querySelectorAll('.u-turn').length > n", arg=before)
