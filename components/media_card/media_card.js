// One card for everything a turn shows beside plain words: a person's message with its attachments and marks, and a task
// call with its step block, progress, results and error. The value is JSON from Python (see __init__.py); every word in
// it becomes a text node. Redraws only the sections whose data changed, so that a playing video is left alone.
unison.mediaCard = function (element, props, watch) {
  const { h, local, number, colour } = unison;
  const root = element.querySelector(".u-card");
  const drawn = {};
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
    (item.regions || []).forEach((region, index) => {
      (region.shapes || []).forEach((shape) => unison.drawShape(overlay, shape, colour(index), width, height));
    });
    return overlay;
  }

  const tags = (entries) => h("div", { class: "u-tags" }, entries.map((entry) =>
    h("span", { class: "u-tag" }, h("span", { class: "u-swatch", style: { background: entry.colour } }), entry.text)));

  function boxes(item, node) {
    (item.boxes || []).forEach((entry, index) => {
      const [x0, y0, x1, y1] = entry.box.map((v) => number(v));
      node.append(h("div", {
        class: "u-box",
        style: {
          left: x0 * 100 + "%", top: y0 * 100 + "%", width: (x1 - x0) * 100 + "%", height: (y1 - y0) * 100 + "%",
          borderColor: colour(index),
        },
      }, entry.label ? h("span", { style: { background: colour(index) } }, entry.label) : null));
    });
  }

  function imageItem(item, actions) {
    const picture = h("img", { src: local(item.url), alt: item.alt || item.ref, loading: "lazy", draggable: "false" });
    const node = stage(item, picture);
    if (item.before) {
      const old = h("img", { src: local(item.before), alt: "", class: "u-before", draggable: "false", loading: "lazy" });
      const slider = h("input", { type: "range", min: 0, max: 100, value: 50, class: "u-slider", "aria-label": "before and after" });
      const place = () => {
        old.style.clipPath = "inset(0 " + (100 - slider.value) + "% 0 0)";
        line.style.left = slider.value + "%";
      };
      const line = h("div", { class: "u-line" }, h("span", {}, "before"), h("span", {}, "after"));
      slider.addEventListener("input", place);
      place();
      const show = (on) => [old, slider, line].forEach((part) => (part.hidden = !on));
      node.append(old, line, slider);
      show(false);
      actions.append(toggle("Compare", false, show));
    }
    boxes(item, node);
    if ((item.regions || []).length) node.append(marks(item, number(item.width, 1), number(item.height, 1)));
    return node;
  }

  function masksItem(item, actions) {
    if (!(item.masks || []).some((mask) => local(mask.url))) return null; // a clip's masks are shown by its own video
    const source = item.source || {};
    const base = source.kind === "image" && local(source.url)
      ? h("img", { src: local(source.url), alt: item.alt || "", draggable: "false", loading: "lazy" })
      : h("div", { class: "u-blank" });
    const node = stage(item, base);
    const layers = (item.masks || []).map((mask, index) => {
      const image = 'url("' + local(mask.url).replace(/["\\]/g, "") + '")';
      const layer = h("div", { class: "u-mask", "data-ref": mask.ref, style: { background: colour(index) } });
      layer.style.maskImage = image;
      node.append(layer);
      return layer;
    });
    actions.append(toggle("Mask", true, (on) => layers.forEach((layer) => (layer.hidden = !on))));
    return node;
  }

  function videoItem(item) {
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
    } else if (number(item.poster) > 0) {
      // The frame that stands for the clip; played from the beginning unless somebody has looked elsewhere.
      const poster = number(item.poster);
      film.addEventListener("loadedmetadata", () => (film.currentTime = poster), { once: true });
      film.addEventListener("play", () => Math.abs(film.currentTime - poster) < 0.01 && (film.currentTime = 0), { once: true });
    }
    return node;
  }

  const soundItem = (item) => h("div", { class: "u-sound" },
    h("audio", { src: local(item.url), controls: true, preload: "metadata", "aria-label": item.alt || item.ref }));

  const link = (label, url, name) => h("a", { class: "u-btn", href: local(url), download: name || "", "data-download": label }, label);

  function itemActions(item, actions) {
    if (item.actions === false) return;
    const refs = item.kind === "masks" ? item.masks.map((mask) => mask.ref) : [item.ref];
    if (item.draw) actions.append(button("Draw on it", { "data-act": "draw" }, () => tell("draw", item.draw)));
    actions.append(button("Use as input", { "data-act": "use" }, () => tell("use", item.uses)));
    if (item.kind === "masks") {
      const ask = (format) => button(format.toUpperCase(), { "data-export": format, "aria-label": "Download " + format.toUpperCase() },
        () => tell("export", { refs, format }));
      actions.append(h("span", { class: "u-group" }, "Download", ask("png"), ask("rle"), ask("coco")));
    } else if (local(item.url)) {
      actions.append(link("Download", item.file || item.url, item.download));
    }
  }

  function drawItem(item) {
    const actions = h("div", { class: "u-actions" });
    const makers = { image: imageItem, masks: masksItem, video: videoItem, audio: soundItem };
    const body = (makers[item.kind] || (() => h("div", { class: "u-blank" })))(item, actions);
    itemActions(item, actions);
    const legend = item.kind === "masks"
      ? tags(item.masks.map((mask, index) => ({ colour: colour(index), text: mask.text })))
      : (item.regions || []).length
        ? tags(item.regions.map((region, index) => ({ colour: colour(index), text: region.text })))
        : null;
    return h("figure", { class: "u-item", "data-kind": item.kind, "data-ref": item.ref }, body, legend,
      h("figcaption", {}, item.caption || ""), actions.childNodes.length ? actions : null);
  }

  function drawStep(step) {
    const old = root.querySelector(".u-step");
    const rows = (step.rows || []).map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value)));
    return h("details", { class: "u-step", open: old ? old.open : false },
      h("summary", {}, h("b", {}, step.title), h("span", {}, step.brief)),
      h("code", { class: "u-tokens" }, step.tokens), h("table", {}, h("tbody", {}, rows)),
      (step.notes || []).map((note) => h("p", { class: "u-note" }, note)));
  }

  function drawProgress(now) {
    const percent = Math.round(Math.min(Math.max(number(now.fraction), 0), 1) * 100);
    return h("div", { class: "u-progress", role: "status" },
      h("div", { class: "u-bar" }, h("progress", { max: 100, value: percent, "aria-label": now.title }), h("span", {}, percent + " %")),
      h("div", { class: "u-word" }, now.title + (now.word ? " · " + now.word : ""), h("span", {}, now.time || "")),
      local(now.preview) ? h("img", { src: local(now.preview), alt: "preview", class: "u-preview" }) : null);
  }

  const drawError = (error) => h("div", { class: "u-error", role: "alert" },
    h("b", {}, error.what), error.hint ? h("p", {}, error.hint) : null,
    error.incident ? h("small", {}, "Incident " + error.incident) : null);

  const sections = {
    step: drawStep, items: (items) => h("div", { class: "u-items" }, items.map(drawItem)), progress: drawProgress,
    error: drawError, text: (text) => h("div", { class: "u-text" }, text),
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
      slot.replaceChildren(...(present ? [make(data)] : []));
    }
  }
  draw();
  watch("value", draw);
};
