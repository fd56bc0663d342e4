// The composer's tray: what the next message will use. A tile for each medium, a chip for each region on it; a click on a
// name puts it into the words, and what the words name is lit.
unison.regionTray = function (tray, desk, references) {
  const { h, colour, thumbnail } = unison;
  const button = (label, name, attributes, onclick) => h("button", { type: "button", class: name, ...attributes, onclick }, label);

  const icon = (sign) => h("span", { "aria-hidden": "true" }, sign);

  function chip(region, medium) {
    const name = "region#" + region.id, full = name + (region.label ? " " + region.label : "");
    return h("span", { class: "u-chip", "data-region": region.id, "data-name": name },
      h("span", { class: "u-swatch", style: { background: colour(region.id - 1) } }),
      button(full, "u-name", { "aria-label": full + ": put it into the message", title: "Put " + name + " into the message" },
        () => references.insert(name)),
      button("✎", "u-edit", { "aria-label": "Edit " + name, title: "Edit " + name, "data-edit": region.id }, () => desk.open(medium, region.index)),
      button("✕", "u-x", { "aria-label": "Remove " + name, title: "Remove " + name, "data-remove": region.id },
        () => desk.save({ regions: desk.value().regions.filter((other) => other.id !== region.id) })));
  }

  function tile(medium, mine) {
    const { ref, kind } = medium, words = ref + (medium.name ? " · " + medium.name : "");
    const draws = kind === "image" || kind === "video", sounds = kind === "audio" || (kind === "video" && medium.sound !== false);
    return h("div", { class: "u-tile", "data-ref": ref, "data-name": ref }, thumbnail(medium, mine),
      h("div", { class: "u-about" },
        button(words, "u-title", { title: words, "aria-label": words + ": put it into the message" },
          () => references.insert(ref)),
        h("div", { class: "u-row" },
          draws && button([icon("✎"), "Mark region"], "u-btn", { "data-mark": ref, "aria-label": "Mark region of " + ref }, () => desk.open(medium)),
          sounds && button([icon("♪"), kind === "audio" ? "Mark stretch" : "Sound"], "u-btn",
            { "data-stretch": ref, "aria-label": (kind === "audio" ? "Mark stretch of " : "Sound: mark stretch of ") + ref }, () => desk.openSound(medium)),
          mine.map((region) => chip(region, medium)))),
      button("✕", "u-x", { "aria-label": "Remove " + ref, title: "Remove " + ref }, () => desk.drop(ref)));
  }

  function draw() {
    const now = desk.value();
    const seen = {}; // the place among the objects of its medium
    const placed = now.regions.map((region) => ({ ...region, index: (seen[region.ref] = (seen[region.ref] ?? -1) + 1) }));
    const refs = [...new Set([...now.attached, ...placed.map((region) => region.ref)])].filter((ref) => now.media[ref]);
    keeping(() => {
      tray.replaceChildren(...refs.map((ref) => tile(now.media[ref], placed.filter((region) => region.ref === ref))));
      tray.hidden = refs.length === 0;
    });
    light();
  }

  // Who goes by keys keeps the focus while all is drawn anew: on the same button, else on the nearest, else in the composer.
  function keeping(redraw) {
    const before = tray.contains(document.activeElement) ? document.activeElement : null, seen = before?.matches(":focus-visible");
    const all = () => [...tray.querySelectorAll("button")], at = all().indexOf(before), name = before?.getAttribute("aria-label");
    redraw();
    if (!before) return;
    const left = all(), next = left.find((node) => node.getAttribute("aria-label") === name) || left[Math.min(at, left.length - 1)];
    if (next) next.focus({ preventScroll: true });
    else if (seen) references.focus();
  }
  // After a dialog about a medium: the button that opens it again.
  const focus = (ref) => tray.querySelector('[data-mark="' + CSS.escape(ref) + '"]')?.focus({ preventScroll: true });

  function light() {
    const names = references.named();
    tray.querySelectorAll("[data-name]").forEach((node) => {
      const on = names.has(node.dataset.name);
      node.classList.toggle("u-lit", on);
      if (on) node.setAttribute("aria-current", "true");
      else node.removeAttribute("aria-current");
    });
  }
  return { draw, light, focus };
};
