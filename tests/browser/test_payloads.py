"""Some 180 ways to write markup that does something, in a message and in the reply that says it again: each stays words."""

from __future__ import annotations

import re

import pytest

from tests.browser import stage

pytestmark = pytest.mark.browser
DO = "window.bad=1"
IMG = f"<img src=x onerror={DO}>"
TAGS = (
    *("img", "svg", "body", "video", "audio", "input", "details", "iframe", "object", "embed", "math", "marquee"),
    *("style", "link"),
)
EVENTS = ("onerror", "onload", "onfocus", "ontoggle", "onmouseover", "onanimationstart")
FORMS = ("<{t} src=x {e}={d}>", "<{t}/{e}={d} src=x autofocus open>", '"><{t} {e}="{d}" src="x">')
TAGGED = [form.format(t=tag, e=event, d=DO) for form in FORMS for tag in TAGS for event in EVENTS][::2]
HTML = (
    f"<script>{DO}</script>",
    f"<SCRIPT SRC=data:text/javascript,{DO}></SCRIPT>",
    f"<scr<script>ipt>{DO}</scr</script>ipt>",
    f"</textarea><script>{DO}</script>",
    f"</title><script>{DO}</script>",
    f"<!--><script>{DO}</script>-->",
    f"<![CDATA[<script>{DO}</script>]]>",
    f"<iframe srcdoc='<script>parent.{DO}</script>'></iframe>",
    f"<iframe src=javascript:parent.{DO}></iframe>",
    f"<a href=javascript:{DO}>x</a>",
    f"<form action=javascript:{DO}><button>x</button></form>",
    f"<base href=javascript:{DO}//>",
    f"<meta http-equiv=refresh content='0;url=javascript:{DO}'>",
    f"<svg><script>{DO}</script></svg>",
    f"<svg><animate onbegin={DO} attributeName=x dur=1s></svg>",
    f"<math><mtext><style>{IMG}",
    f"<noscript><p title='</noscript>{IMG}'>",
    f"<template>{IMG}</template>",
    "<style>@import 'http://evil.example/x'</style>",
    "<link rel=stylesheet href=http://evil.example/x>",
    "<img src=http://evil.example/x.png>",
    f"<javascript:{DO}>",
    f"&lt;img src=x onerror={DO}&gt;",
    f"&#60;img src=x onerror={DO}&#62;",
    f"\\u003cimg src=x onerror={DO}\\u003e",
    "<img src=x onerror=&#119;indow.bad=1>",
    f"${{{DO}}}",
    f"{{{{{DO}}}}}",
    f"<%= {DO} %>",
    f"#{{{DO}}}",
    f"<details open ontoggle={DO}>",
    f"<x onclick={DO} style=position:fixed;inset:0>",
    "<div style='background:url(http://evil.example/z)'>",
    f"\u2028{IMG}",
)
MARKDOWN = (
    "![x](http://evil.example/x.png)",
    "![x][y]\n\n[y]: http://evil.example/y.png",
    f"[x](javascript:{DO})",
    f"[x](JaVaScRiPt:{DO})",
    f"[x](data:text/html,<script>{DO}</script>)",
    f"[x]: javascript:{DO}\n\n[x]",
    f"`{IMG}`",
    f"```html\n{IMG}\n```",
    f"```mermaid\ngraph TD; A[{IMG}]\n```",
    f"$$\\href{{javascript:{DO}}}{{x}}$$",
    f"$\\unicode{{{IMG}}}$",
    f"\\(\\href{{javascript:{DO}}}{{x}}\\)",
    f"| a |\n| - |\n| {IMG} |",
    f"- {IMG}",
    f"# {IMG}",
    f"> {IMG}",
    f"\x00{IMG}",
)
"""In a reply these have a meaning beside their tags, so that its words are not the signs that were typed (of a NUL, a sign that stands for it)."""
AT_ONCE = 45
"""Payloads in one message, each a paragraph of its own, in which no other one's open quote hides it."""
MADE = """() => [...document.querySelectorAll("#chat *, #chats *")].filter((node) =>
    node.matches("script, iframe, object, embed, form, base, meta, link, math, marquee, template, [autofocus], [src=x]")
    || [...node.attributes].some(({ name, value }) => /^on/.test(name)
        || (/^(src|srcset|srcdoc|style|action)$/.test(name) && /evil|window.bad/i.test(value))
        || (/href$/.test(name) && /^\\s*(javascript|data):/i.test(value)))
).map((node) => node.outerHTML.slice(0, 300))"""


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def message(payloads: list[str]) -> str:
    return "say " + "\n\n".join(payloads)


def words(page, where: str) -> list[str]:
    return page.locator(f"#chat {where}").evaluate_all("all => all.map((one) => one.textContent)")


def harmless(page, parts: list[list[str]]) -> None:
    """Nothing ran or was made that could, and every message and its reply read as they were written."""
    assert page.evaluate("window.bad") is None
    assert page.evaluate(MADE) == []
    assert words(page, "[data-testid=user] .u-text") == [message(payloads) for payloads in parts]
    for payloads, reply in zip(parts, map(squeezed, words(page, ".bot-row")), strict=True):
        assert [one for one in payloads if one not in MARKDOWN and squeezed(one) not in reply] == []
        assert reply.count(squeezed(IMG)) == squeezed(message(payloads)).count(squeezed(IMG))


def test_no_payload_in_words_does_anything(page):
    """The fixture adds: no error on the page, and no request to another host."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    payloads = [*TAGGED, *HTML, *MARKDOWN]
    assert len(payloads) > 170
    parts = [payloads[at : at + AT_ONCE] for at in range(0, len(payloads), AT_ONCE)]
    for part in parts:
        stage.send(page, message(part))
    harmless(page, parts)
    page.reload()
    page.wait_for_function("n => document.querySelectorAll('#chat .bot-row').length === n", arg=len(parts))
    harmless(page, parts)
    assert [url for url in asked if re.search(r"/x$|evil", url)] == [], "what is named x would be asked of this server"
