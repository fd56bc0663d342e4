"""For somebody who wants little motion nothing moves by itself: not while a reply is made, not as panels open, not what gradio adds."""

from __future__ import annotations

import pytest

from tests.browser import stage

WATCH = """() => {
  window.moved = new Set();
  const look = () => {
    for (const one of document.getAnimations()) {
      const lasts = one.effect.getComputedTiming().activeDuration, target = one.effect.target;
      if (one.playState === 'running' && lasts > 1) window.moved.add(target.id || [target.tagName, ...target.classList].join('.'));
    }
    requestAnimationFrame(look);
  };
  look();
}"""
"""Keeps the name of each element that an animation or a transition moves."""
PROBES = """() => {
  const style = document.createElement('style');
  style.textContent = '@keyframes turn { to { rotate: 1turn; } } #turns { animation: turn 1s infinite; } #fades { transition: opacity 1s; }';
  const turns = Object.assign(document.createElement('i'), { id: 'turns' }), fades = Object.assign(document.createElement('i'), { id: 'fades' });
  document.querySelector('#page').append(style, turns, fades);
  fades.getBoundingClientRect();
  requestAnimationFrame(() => { fades.style.opacity = 0.5; });
}"""
"""Adds what turns without end and what fades, as a later part of the page might."""


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_by_itself_for_those_who_want_little_motion(visit, site, motion):
    page = visit(site.url, reduced_motion=motion)
    page.evaluate(WATCH)
    page.evaluate(PROBES)
    stage.send(page, 'do: image "a fox"', wait=False)
    page.wait_for_selector("[data-act=halt]:enabled")
    page.click("#badge summary")
    page.wait_for_timeout(600)  # as long as a panel would take to slide
    page.click("#badge summary")
    page.locator("[data-act=halt]:enabled").click()
    stage.idle(page)
    moved = set(page.evaluate("() => [...window.moved]"))
    if motion == "reduce":
        assert moved == set()
    else:  # they are seen to move where nothing forbids it
        assert {"turns", "fades"} <= moved
