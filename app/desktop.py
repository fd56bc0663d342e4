"""The page in a window of its own: pywebview where it is installed, else a Chromium in app mode, else the usual browser."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

BROWSERS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "brave-browser", "msedge",
)  # fmt: skip
"""Programs that open a page without address bar and tabs, as Linux names them, and Windows' one."""
ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Brave Browser.app/Contents/MacOS/Brave Browser",
    "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "%ProgramFiles%/Google/Chrome/Application/chrome.exe",
    "%ProgramFiles(x86)%/Google/Chrome/Application/chrome.exe",
    "%LocalAppData%/Google/Chrome/Application/chrome.exe",
    "%ProgramFiles(x86)%/Microsoft/Edge/Application/msedge.exe",
    "%ProgramFiles%/Microsoft/Edge/Application/msedge.exe",
    "%ProgramFiles%/BraveSoftware/Brave-Browser/Application/brave.exe",
)
"""Where macOS and Windows keep them outside of the search path."""
SIZE = (1200, 860)


def browser(names: Sequence[str] = BROWSERS, places: Sequence[str] = ELSEWHERE) -> str | None:
    """Return the program of an installed browser that has an app mode, or None."""
    known = [os.path.expandvars(Path(place).expanduser()) for place in places]
    return next((found for found in map(shutil.which, (*names, *known)) if found), None)


def show(url: str, data: Path) -> bool:
    """Show *url* in a window and return True when it was closed; its storage is kept in *data*, so that the next window
    knows its conversations. Where there is no window to be had, open the usual browser and return False at once."""
    storage = (data / "window").resolve()
    storage.mkdir(parents=True, exist_ok=True)
    if importlib.util.find_spec("webview") is not None and _webview(url, storage):
        return True
    program = browser()
    if program is not None:
        width, height = SIZE
        line = [program, f"--app={url}", f"--user-data-dir={storage}", f"--window-size={width},{height}"]
        try:
            done = subprocess.run([*line, "--no-first-run", "--no-default-browser-check"], stderr=subprocess.DEVNULL)
            if done.returncode == 0:
                return True
            why = f"{program} ended with status {done.returncode}"  # no screen, or started as root
        except OSError as error:
            why = f"{program} could not be started ({error.strerror})"
    else:
        why = "There is no pywebview and no Chromium, Chrome, Edge or Brave here"
    print(f"{why}, so the usual browser is opened.", file=sys.stderr)
    webbrowser.open(url)
    return False


def _webview(url: str, storage: Path) -> bool:
    """Show *url* by pywebview, version 5 or newer; tell whether it could, which it cannot where the system has no web view for
    it."""
    try:
        import webview

        if _outdated():
            print("pywebview would show the page by Internet Explorer: there is no WebView2 here.", file=sys.stderr)
            return False
        webview.settings["ALLOW_DOWNLOADS"] = True  # off by default: Download and Export would do nothing
        # Also off by default: then no word of an answer could be selected and copied, and nothing be enlarged.
        how = {"text_select": True, "zoomable": True, "min_size": (400, 500)}
        webview.create_window("Unison", url, width=SIZE[0], height=SIZE[1], **how)
        webview.start(private_mode=False, storage_path=str(storage))
    except Exception as error:  # noqa: BLE001 (each system's web view fails in its own way; the reason is told, and a browser tried)
        print(f"pywebview cannot open a window here: {error}", file=sys.stderr)
        return False
    return True


def _outdated() -> bool:
    """Tell whether this is a Windows on which pywebview has nothing but Internet Explorer's engine, which cannot show the page
    and says nothing of it."""
    if sys.platform != "win32":
        return False
    from webview.platforms import winforms

    return str(winforms.renderer) == "mshtml"
