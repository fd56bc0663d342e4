// One card for everything a turn shows beside plain words: a person's message with its attachments and marks, and a task
// call with its step block, progress, results and error. The value is JSON from Python (see __init__.py); every word in
// it becomes a text node. Redraws only the sections whose data changed, so that a playing video is left alone.
unison.mediaCard = function (element, props, watch) {
  const { h, local, number, colour } = unison;
  const root = element.querySelector(".u-card");
  const drawn = {};
  let bar = null;
  const tell = (name, detail) => window.dispatchEvent(new CustomEvent("unison:" + name, { detail }));

  const button = (label, attributes, onclick) => h("button", { type: "button", class: "u-btn", ...attributes, onclick }, label);
  const toggle = (label, on, onchange) => {
    const node = button(label, { "aria-pressed": String(on) }, () => {
      const now = node.getAttribute("aria-pressed") !== "true";
      node.setAttribute("aria-pressed", String(now));
      onchange(now);
    });
    return node;
  };

  function stage(item, media) {
    const wide = number(item.width), high = number(item.height);
    const node = h("div", { class: "u-stage" }, media);
    if (wide && high) {
      // Small pictures are enlarged to a size one can see, large ones never grow beyond the column or the screen.
      const scale = Math.min(Math.max(1, Math.min(320 / wide, 240 / high)), 4);
      node.style.width = "min(100%, " + Math.round(wide * scale) + "px, calc(min(56vh, 460px) * " + (wide / high).toFixed(5) + "))";
      node.style.aspectRatio = wide + " / " + high;
      if (scale >= 3) media.style.imageRendering = "pixelated";
    }
    return node;
  }

  function marks(item, width, height) {
    const overlay = unison.overlay(width, height);
    (item.regions || []).forEach((region) => {
      const group = unison.svg("g", { class: "u-mark u-k-" + region.key });
      (region.shapes || []).forEach((shape) => unison.drawShape(group, shape, colour(region.number - 1), width, height));
      overlay.append(group);
    });
    return overlay;
  }

  // The names of masks, boxes and regions. One that can be lit is a button: its focus lights it, a press keeps it lit.
  const tags = (entries) => h("div", { class: "u-tags" }, entries.map((entry) => {
    const swatch = h("span", { class: "u-swatch", style: { background: entry.colour } });
    return entry.key
      ? h("button", { type: "button", class: "u-tag u-k-" + entry.key, "aria-pressed": "false" }, swatch, entry.text)
      : h("span", { class: "u-tag" }, swatch, entry.text);
  }));

  // Boxes and points on a stage; those of a *film* may be seen at their times alone.
  function boxes(item, node, film = null) {
    const places = [];
    (item.boxes || []).forEach((entry) => {
      const [x0, y0, x1, y1] = entry.box.map((v) => number(v)), paint = colour(number(entry.hue));
      places.push({ entry, node: h("div", {
        class: "u-box" + (entry.key ? " u-k-" + entry.key : "") + (entry.quiet ? " u-quiet" : "") + (y0 < 0.08 ? " u-low" : ""),
        style: {
          left: x0 * 100 + "%", top: y0 * 100 + "%", width: (x1 - x0) * 100 + "%", height: (y1 - y0) * 100 + "%",
          borderColor: paint,
        },
      }, entry.label ? h("span", { style: { background: paint } }, entry.label) : null) });
    });
    (item.points || []).forEach((entry) => places.push({ entry, node: h("div", {
      class: "u-dot u-k-" + entry.key,
      style: { left: number(entry.point[0]) * 100 + "%", top: number(entry.point[1]) * 100 + "%", background: colour(number(entry.hue)) },
    }) }));
    node.append(...places.map((place) => place.node));
    if (film) unison.timedPlaces(item, film, places);
  }

  function imageItem(item, actions) {
    const picture = h("img", { src: local(item.url), alt: item.alt || item.ref, loading: "lazy", draggable: "false" });
    const node = stage(item, picture);
    boxes(item, node);
    if ((item.regions || []).length) node.append(marks(item, number(item.width, 1), number(item.height, 1)));
    return compared(item, node, picture, actions);
  }

  // The result, and under it what compares it with what it was made from.
  function compared(item, node, media, actions) {
    if (!item.before || !local(item.before.url)) return [node];
    const parts = unison.compare(item, node, media);
    actions.append(parts.open);
    return [parts.pair, parts.bar];
  }

  function masksItem(item, actions) {
    const source = item.source || {}, shown = local(source.url);
    if (source.kind === "video" && shown && item.masks.some((mask) => mask.file)) return filmItem(item, actions);
    if (!(item.masks || []).some((mask) => local(mask.url))) return [];
    const base = source.kind === "image" && shown
      ? h("img", { src: shown, alt: item.alt || "", draggable: "false", loading: "lazy" })
      : h("div", { class: "u-blank" });
    const node = stage(item, base);
    const layers = (item.masks || []).map((mask) => {
      const image = 'url("' + local(mask.url).replace(/["\\]/g, "") + '")';
      const layer = h("div", { class: "u-mask u-k-" + mask.key, "data-ref": mask.ref, style: { background: colour(mask.hue) } });
      layer.style.maskImage = image;
      node.append(layer);
      return layer;
    });
    unison.maskPictures(item.masks, unison.maskNames(node, item.masks, layers).put);
    boxes(item, node);
    actions.append(shownOrNot(node, layers));
    return source.kind === "image" ? compared(item, node, base, actions) : [node];
  }

  const shownOrNot = (node, layers) => toggle("Mask", true, (on) => {
    layers.forEach((layer) => (layer.hidden = !on));
    node.classList.toggle("u-bare", !on);
  });

  // The masks of a clip lie over the clip they are of, and go along with it.
  function filmItem(item, actions) {
    const film = h("video", { src: local(item.source.url), preload: "metadata", playsinline: true, loop: number(item.duration) < 10, "aria-label": item.alt });
    const node = stage(item, film), masks = unison.filmMasks(item, node, film);
    node.classList.add("u-film");
    poster(item, film);
    boxes(item, node, film);
    actions.append(shownOrNot(node, masks.layers));
    const now = () => film.currentTime || number(item.start);
    if (item.draw) item.draw = { ...item.draw, get at() { return now(); } };
    item.refine = (item.refine || []).map((choice) => {
      const index = item.masks.findIndex((mask) => mask.ref === choice.mask);
      return { ...choice, get at() { return now(); }, get mask_url() { return masks.picture(index); } };
    });
    item.frame = masks.frame;
    return [...compared(item, node, film, actions), unison.frames(item, film), unison.timeLine(item, film)];
  }

  // The frame that stands for the clip; played from the beginning unless somebody has looked elsewhere.
  function poster(item, film) {
    const at = number(item.poster);
    if (at <= 0) return;
    film.addEventListener("loadedmetadata", () => (film.currentTime = at), { once: true });
    film.addEventListener("play", () => Math.abs(film.currentTime - at) < 0.01 && (film.currentTime = 0), { once: true });
  }

  function videoItem(item, actions) {
    const still = (item.regions || []).length > 0;
    const film = h("video", {
      src: local(item.url), preload: "metadata", playsinline: true, controls: !still, loop: number(item.duration) < 10,
      "aria-label": item.alt || item.ref,
    });
    film.muted = still;
    const node = stage(item, film);
    if (still) {
      const time = number(item.regions[0].time) + 0.5 / Math.max(number(item.fps), 1);
      film.addEventListener("loadedmetadata", () => (film.currentTime = time), { once: true });
      node.append(marks(item, number(item.width, 1), number(item.height, 1)));
    } else poster(item, film);
    // What is drawn is drawn on the frame that is on the screen.
    if (item.draw && !still) item.draw = { ...item.draw, get at() { return film.currentTime || number(item.start); } };
    boxes(item, node, film);
    return [...compared(item, node, film, actions), still ? null : unison.frames(item, film), unison.timeLine(item, film)];
  }

  function soundItem(item, actions) {
    const player = h("audio", { src: local(item.url), controls: true, preload: "metadata", "aria-label": item.alt || item.ref });
    const node = h("div", { class: "u-sound" }, local(item.wave) ? unison.soundPicture(item, player) : unison.timeLine(item, player), player);
    return compared(item, node, player, actions);
  }

  const link = (label, url, name) => h("a", { class: "u-btn", href: local(url), download: name || "", "data-download": label }, label);

  function exports(refs, formats, frame = null) {
    const ask = (format) => button(format.toUpperCase(), { "data-export": format, "aria-label": "Download " + format.toUpperCase() + (frame ? " of this frame" : "") },
      () => tell("export", { refs, format, ...(frame ? { frame: frame() } : {}) }));
    const name = frame ? "This frame" : "Export";
    return h("span", { class: "u-group", role: "group", "aria-label": name, "data-of": frame ? "frame" : "all" }, name, formats.map(ask));
  }

  // Masks can be refined: the one that is lit, the only one, or the one that is chosen here.
  function drawers(item) {
    const choices = item.refine || [], draw = (medium) => tell("draw", { ...medium });
    if (!choices.length) return [button(item.kind === "audio" ? "Mark a stretch" : "Draw on it", { "data-act": "draw" }, () => draw(item.draw))];
    if (choices.length === 1) return [button("Draw on it", { "data-act": "draw" }, () => draw(choices[0]))];
    const of = (ref) => item.masks.find((mask) => mask.ref === ref);
    const lit = () => choices.filter((choice) => unison.lights.pinned().includes("u-k-" + of(choice.mask).key));
    const show = (on) => {
      asked.hidden = !on;
      main.setAttribute("aria-expanded", String(on));
    };
    const open = (medium) => {
      show(false);
      draw(medium);
    };
    const asked = h("div", { class: "u-which-mask u-group", role: "group", "aria-label": "Draw on which?", hidden: true }, "Draw on",
      choices.map((choice) => button([h("span", { class: "u-swatch", style: { background: colour(of(choice.mask).hue) } }),
        [choice.mask, of(choice.mask).label].filter(Boolean).join(" ")], { "data-refine": choice.mask }, () => open(choice))),
      button("the bare " + (item.source.kind === "video" ? "clip" : "picture"), { "data-refine": "" }, () => open(item.draw)));
    const main = button("Draw on it", { "data-act": "draw", "aria-expanded": "false" }, () => {
      const meant = lit();
      if (meant.length === 1) return open(meant[0]);
      show(asked.hidden);
      if (!asked.hidden) asked.querySelector("button").focus();
    });
    return [main, asked];
  }

  // The clip in which the masks are drawn looks as they do on the player, so it is not shown once more.
  const drawnIn = (drawn) => h("span", { class: "u-group", role: "group", "aria-label": drawn.ref + ", the masks drawn in" }, drawn.ref,
    button("Use as input", { "data-act": "use-drawn" }, () => tell("use", drawn.uses)), link("Download", drawn.file, drawn.download));

  function itemActions(item, actions) {
    if (item.actions === false) return;
    if (item.draw) actions.append(...drawers(item));
    actions.append(button("Use as input", { "data-act": "use" }, () => tell("use", item.uses)));
    if (item.recipe) actions.append(button("Use its settings", { "data-act": "recipe", title: "Write the command that made it" }, () => tell("recipe", { ref: item.ref })));
    if (item.kind !== "masks" && local(item.url)) actions.append(link("Download", item.file || item.url, item.download));
    if (item.kind === "masks") {
      const refs = item.masks.map((mask) => mask.ref);
      actions.append(exports(refs, ["png", "rle", "coco", "svg"]), ...(item.frame ? [exports(refs, ["png", "svg"], item.frame)] : []));
      if (item.drawn) actions.append(drawnIn(item.drawn));
    } else if ((item.boxes || []).length) actions.append(exports([item.ref], ["coco", "svg"]));
  }

  // What holds of the pixels that should not change, as it was counted.
  const drawBadge = (badge) => h("p", { class: "u-proof" + (badge.holds ? " u-holds" : "") },
    h("b", {}, (badge.holds ? "✓ " : "≠ ") + badge.text), h("span", {}, badge.detail));

  function legend(item) {
    if (item.kind === "masks") return tags(item.masks.map((mask) => ({ colour: colour(mask.hue), text: mask.text, key: mask.key })));
    if ((item.regions || []).length) return tags(item.regions.map((region) => ({ colour: colour(region.number - 1), text: region.text, key: region.key })));
    const named = [...(item.boxes || []), ...(item.stretches || [])].filter((entry) => entry.key && entry.label);
    const once = named.filter((entry, index) => named.findIndex((other) => other.key === entry.key) === index);
    return once.length ? tags(once.map((entry) => ({ colour: colour(number(entry.hue)), text: entry.label, key: entry.key }))) : null;
  }

  function drawItem(given) {
    const item = { ...given };
    const actions = h("div", { class: "u-actions" });
    const makers = { image: imageItem, masks: masksItem, video: videoItem, audio: soundItem };
    const body = (makers[item.kind] || (() => [h("div", { class: "u-blank" })]))(item, actions);
    itemActions(item, actions);
    return h("figure", { class: "u-item" + (item.echo ? " u-echo" : ""), "data-kind": item.kind, "data-ref": item.ref }, body, legend(item),
      h("figcaption", {}, unison.captionOf(item.caption || "", item.named)), item.badge ? drawBadge(item.badge) : null, actions.childNodes.length ? actions : null);
  }

  function drawStep(step) {
    const old = root.querySelector(".u-step");
    const rows = (step.rows || []).map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value)));
    return h("details", { class: "u-step", open: old ? old.open : false },
      h("summary", {}, h("b", {}, step.title), h("span", {}, step.brief)),
      h("code", { class: "u-tokens" }, step.tokens), h("table", {}, h("tbody", {}, rows)),
      (step.notes || []).map((note) => h("p", { class: "u-note" }, note)));
  }

  function copier(tokens) {
    const node = button("Copy tokens", { "data-act": "copy", "aria-live": "polite" }, async () => {
      node.textContent = (await unison.copy(tokens)) ? "Copied" : "Could not copy";
      setTimeout(() => (node.textContent = "Copy tokens"), 2000);
    });
    return node;
  }

  // What can be asked of a call: its tokens, the same by another expert, and where it has run, the same once more or another one of its kind.
  function drawAgain(call) {
    const ask = (label, attributes, wish) => {
      const node = button(label, attributes, () => {
        node.disabled = true; // one press, one call; a second press is for when it has been answered
        setTimeout(() => (node.disabled = false), 1000);
        tell("again", { call: call.id, ...wish });
      });
      return node;
    };
    const seeded = call.ran ? "The same call with the seed " + call.seed : "The same call";
    const by = (name, label) => ask(label, { "data-again": "with", "data-expert": name, title: seeded + ", by " + name }, { seed: "same", expert: name });
    return h("div", { class: "u-actions u-again" },
      call.ran ? ask("Variant", { "data-again": "new", title: "The same call with a new seed" }, { seed: "new" }) : null,
      call.ran ? ask("Same seed again", { "data-again": "same", title: seeded }, { seed: "same" }) : null, otherExperts(call.others || [], by), copier(call.tokens));
  }

  // One other expert is a button, several are a list that a button unfolds.
  function otherExperts(names, by) {
    if (names.length < 2) return names.map((name) => by(name, "With " + name));
    const list = h("div", { class: "u-others u-group", role: "group", "aria-label": "With which expert?", hidden: true }, names.map((name) => by(name, name)));
    const open = button("With another expert", { "data-act": "others", "aria-expanded": "false" }, () => {
      list.hidden = !list.hidden;
      open.setAttribute("aria-expanded", String(!list.hidden));
    });
    return [open, list];
  }

  const drawError = (error) => h("div", { class: "u-error", role: "alert" },
    h("b", {}, error.what), error.hint ? h("p", {}, error.hint) : null,
    error.incident ? h("small", {}, "Incident " + error.incident) : null);

  // Progress comes six times a second: what shows it stays and is told the news.
  function drawProgress(now) {
    bar ??= unison.progressBar(tell);
    bar.update(now);
    return bar.node;
  }

  const sections = {
    step: drawStep, items: (items) => h("div", { class: "u-items" }, items.map(drawItem)), again: drawAgain, progress: drawProgress,
    error: drawError, skipped: (words) => h("p", { class: "u-skipped" }, words), text: (text) => h("div", { class: "u-text", dir: "auto" }, unison.wordsOf(text, (props.value || {}).named)),
    turn: (turn) => unison.turnBar(turn, () => (props.value || {}).text || ""),
    ...unison.cardParts,
  };

  function draw() {
    const value = props.value || {};
    root.dataset.kind = value.kind || "";
    for (const [name, make] of Object.entries(sections)) {
      const data = value[name];
      const present = data !== null && data !== undefined && data.length !== 0;
      const key = present ? JSON.stringify(data) : "";
      if (drawn[name] === key) continue;
      drawn[name] = key;
      const slot = root.querySelector('[data-slot="' + name + '"]');
      const made = present ? make(data) : null;
      if (made && made === slot.firstChild) continue;
      slot.replaceChildren(...(made ? [made] : []));
      if (name === "items") unison.lights.again();
      if (name === "progress" && !made) bar = null;
    }
  }
  draw();
  watch("value", draw);
};
