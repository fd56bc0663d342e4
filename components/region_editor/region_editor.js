// The composer's tray of attachments and regions, and the dialog in which a person marks objects on a picture or on one
// frame of a video. One object = one region = any mix of one box, points, brush strokes and outlines. Coordinates are
// fractions of the frame on screen, so that resizing, page zoom and rotation by EXIF change nothing.
unison.regionEditor = function (element, props, trigger, watch) {
  const { h, local, number, colour, timeOf, frameOf, thumbnail } = unison;
  const find = (selector) => element.querySelector(selector);
  const tray = find(".u-tray"), dialog = find("dialog"), canvas = find(".u-canvas"), room = find(".u-room");
  const hint = find(".u-hint"), list = find(".u-objects"), frames = find(".u-frames");
  const scrubber = find(".u-frames input"), widthInput = find(".u-width input");
  const HINTS = {
    box: "Drag a box round the thing. A second box starts another object.",
    point: "Tap the thing. Exclude marks what does not belong to it.",
    scribble: "Paint over the thing. Exclude paints what does not belong to it.",
    poly: "Tap corner after corner; close the outline with a double tap, on the first corner, or with Enter.",
  };
  const KEYS = " Keys: arrows move the cross, Enter or Space draws, B P S O choose the tool, X excludes, Ctrl+Z undoes.";
  const state = { medium: null, media: null, tool: "box", neg: false, objects: [], active: 0, past: [], draft: null, cross: null, frame: 0 };

  const value = () => ({ media: {}, attached: [], regions: [], next: 1, ...(props.value || {}) });
  const save = (change) => { props.value = { ...value(), ...change }; drawTray(); };
  const isVideo = () => state.medium?.kind === "video";
  const time = () => (isVideo() ? timeOf(state.medium, state.frame) : null);
  const here = (object) => !isVideo() || object.time === null || frameOf(state.medium, object.time) === state.frame;
  const fine = (v) => Math.round(Math.min(Math.max(v, 0), 1) * 1e5) / 1e5;

  // ---- the tray ----
  function drawTray() {
    const now = value();
    const seen = {}; // an object's colour is its place among the objects of its medium, here, in the dialog and in the chat
    const numbered = now.regions.map((region, place) => ({
      ...region, place, index: (seen[region.ref] = (seen[region.ref] ?? -1) + 1), number: number(now.next, 1) + place,
    }));
    const refs = [...new Set([...now.attached, ...numbered.map((region) => region.ref)])].filter((ref) => now.media[ref]);
    tray.replaceChildren(...refs.map((ref) => {
      const medium = now.media[ref], mine = numbered.filter((region) => region.ref === ref);
      const chips = mine.map((region) => h("span", { class: "u-chip", "data-region": region.number },
        h("span", { class: "u-swatch", style: { background: colour(region.index) } }),
        h("button", { type: "button", class: "u-name", "aria-label": "Edit region#" + region.number, onclick: () => open(medium, region.index) },
          "region#" + region.number + (region.label ? " " + region.label : "")),
        h("button", { type: "button", class: "u-x", "aria-label": "Remove region#" + region.number,
          onclick: () => save({ regions: value().regions.filter((_, place) => place !== region.place) }) }, "✕")));
      const mark = medium.kind === "audio" || medium.kind === "mask" ? null
        : h("button", { type: "button", class: "u-btn", "data-mark": ref, onclick: () => open(medium) }, "✎ Mark region");
      return h("div", { class: "u-tile", "data-ref": ref }, thumbnail(medium, mine),
        h("div", { class: "u-about" },
          h("span", { class: "u-title", title: medium.name || ref }, ref + (medium.name ? " · " + medium.name : "")),
          h("div", { class: "u-row" }, mark, chips)),
        h("button", { type: "button", class: "u-x", "aria-label": "Remove " + ref, onclick: () => remove(ref) }, "✕"));
    }));
    tray.hidden = refs.length === 0;
  }

  function remove(ref) {
    const now = value();
    save({ attached: now.attached.filter((r) => r !== ref), regions: now.regions.filter((region) => region.ref !== ref) });
    trigger("drop", { ref });
  }

  // ---- the dialog ----
  function open(medium, index) {
    state.medium = medium;
    state.objects = value().regions.filter((region) => region.ref === medium.ref).map((region) => structuredClone(region));
    state.active = Math.max(index ?? state.objects.length - 1, 0);
    if (medium.mask && !state.objects.some((object) => object.mask === medium.mask)) {
      state.objects.push(fresh(medium.mask));
      state.active = state.objects.length - 1;
    }
    Object.assign(state, { past: [], draft: null, cross: null, neg: false });
    const start = state.objects[state.active]?.time;
    state.frame = medium.kind === "video" ? Math.min(Math.max(frameOf(medium, start ?? medium.at ?? 0), 0), last()) : 0;
    state.media = medium.kind === "video"
      ? h("video", { src: local(medium.url), preload: "auto", playsinline: true, tabindex: -1, "aria-hidden": "true" })
      : h("img", { src: local(medium.url), alt: "The picture to mark", draggable: "false" });
    if (medium.kind === "video") state.media.muted = true;
    canvas.replaceChildren(state.media);
    if (medium.mask_url) {
      const layer = h("div", { class: "u-mask" });
      layer.style.maskImage = 'url("' + local(medium.mask_url).replace(/["\\]/g, "") + '")';
      layer.style.background = colour(0);
      canvas.append(layer);
    }
    state.overlay = unison.overlay(size()[0], size()[1]);
    state.overlay.removeAttribute("aria-hidden");
    state.overlay.setAttribute("tabindex", "0");
    state.overlay.setAttribute("role", "application");
    state.overlay.setAttribute("aria-label", "Picture. " + KEYS.trim());
    canvas.append(state.overlay);
    state.media.addEventListener(medium.kind === "video" ? "loadeddata" : "load", () => { measure(); seek(state.frame); });
    state.media.addEventListener("seeked", () => canvas.classList.remove("u-busy"));
    state.media.addEventListener("error", () => say("This file cannot be shown here, so it cannot be marked."));
    frames.hidden = medium.kind !== "video";
    scrubber.max = last();
    if (!dialog.open) dialog.showModal();
    choose(state.tool);
    seek(state.frame);
    fit();
    state.overlay.focus({ preventScroll: true });
    refresh();
  }

  const fresh = (mask = null) => ({ ref: state.medium.ref, time: null, mask, label: "", shapes: [] });
  const last = () => Math.max(Math.round(number(state.medium?.frames, 1)) - 1, 0);
  const size = () => [number(state.medium.width, 1) || 1, number(state.medium.height, 1) || 1];
  const say = (text) => (hint.textContent = text);

  // Trust what the browser shows (already upright) over what the server said about the size.
  function measure() {
    const wide = state.media.naturalWidth || state.media.videoWidth, high = state.media.naturalHeight || state.media.videoHeight;
    if (wide && high) Object.assign(state.medium, { width: wide, height: high });
    state.overlay.setAttribute("viewBox", "0 0 " + size().join(" "));
    fit();
    refresh();
  }

  function fit() {
    const [wide, high] = size(), box = room.getBoundingClientRect();
    if (!dialog.open || !box.width || !box.height) return;
    const scale = Math.min(box.width / wide, box.height / high, 12);
    canvas.style.width = wide * scale + "px";
    canvas.style.height = high * scale + "px";
    state.media.style.imageRendering = scale > 3 ? "pixelated" : "auto";
  }

  function seek(frame) {
    if (!isVideo()) return;
    state.frame = Math.min(Math.max(Math.round(frame), 0), last());
    scrubber.value = state.frame;
    find(".u-frames output").textContent = "frame " + state.frame + " of " + last() + " · " + time().toFixed(2) + " s";
    const target = timeOf(state.medium, state.frame + 0.5);
    if (state.media.readyState && Math.abs(state.media.currentTime - target) > 1e-4) {
      canvas.classList.add("u-busy");
      state.media.currentTime = target;
    }
    state.draft = null;
    refresh();
  }

  function choose(tool) {
    state.tool = tool;
    state.draft = null;
    element.querySelectorAll("[data-tool]").forEach((node) => {
      node.setAttribute("aria-pressed", String(node.dataset.tool === tool));
      node.setAttribute("aria-checked", String(node.dataset.tool === tool));
    });
    find('[data-act="neg"]').disabled = tool === "box";
    find(".u-width").classList.toggle("u-off", tool !== "scribble");
    say(HINTS[tool]);
    refresh();
  }

  function exclude(on) {
    state.neg = on;
    find('[data-act="neg"]').setAttribute("aria-pressed", String(on));
  }

  const remember = () => { state.past.push(JSON.stringify([state.objects, state.active])); state.past.splice(0, state.past.length - 200); };

  function undo() {
    if (state.draft) state.draft = null;
    else if (state.past.length) [state.objects, state.active] = JSON.parse(state.past.pop());
    refresh();
  }

  // Add a finished shape to the object in hand, or to a new one where it cannot hold it: it has a box already, or it
  // was marked on another frame.
  function add(shape) {
    remember();
    const object = state.objects[state.active];
    const full = object && shape.type === "box" && object.shapes.some((s) => s.type === "box");
    if (!object || full || !here(object)) {
      state.objects.push(fresh());
      state.active = state.objects.length - 1;
    }
    const target = state.objects[state.active];
    target.time = time();
    target.shapes.push(shape);
    refresh();
  }

  const negative = () => (state.neg && state.tool !== "box" ? { neg: true } : {});

  function begin([x, y], double) {
    const { tool } = state;
    if (tool === "point") add({ type: "point", xy: [fine(x), fine(y)], ...negative() });
    else if (tool === "box") state.draft = { type: "box", from: [x, y], box: [x, y, x, y] };
    else if (tool === "scribble") state.draft = { type: "scribble", pts: [[fine(x), fine(y)]], width: number(widthInput.value) / 1000, ...negative() };
    else {
      const pts = state.draft?.pts || [];
      const near = pts.length > 2 && distance(pts[0], [x, y]) < 14;
      if (near || (double && pts.length > 2)) return close();
      state.draft = { type: "poly", pts: [...pts, [fine(x), fine(y)]], open: true, ...negative() };
    }
    refresh();
  }

  function distance(a, b) {
    const box = state.overlay.getBoundingClientRect();
    return Math.hypot((a[0] - b[0]) * box.width, (a[1] - b[1]) * box.height);
  }

  function extend([x, y]) {
    const draft = state.draft;
    if (!draft) return;
    if (draft.type === "box") {
      const [a, b] = draft.from;
      draft.box = [Math.min(a, x), Math.min(b, y), Math.max(a, x), Math.max(b, y)].map(fine);
    } else if (draft.type === "scribble" && draft.pts.length < 2000 && distance(draft.pts[draft.pts.length - 1], [x, y]) > 1.5) {
      draft.pts.push([fine(x), fine(y)]);
    }
    refresh();
  }

  function finish() {
    const draft = state.draft;
    if (!draft || draft.type === "poly") return;
    state.draft = null;
    if (draft.type === "scribble") return add(draft);
    const [x0, y0, x1, y1] = draft.box;
    if (x1 > x0 && y1 > y0 && distance([x0, y0], [x1, y1]) > 3) add({ type: "box", box: draft.box });
    else { say("That box was too small. Drag from one corner to the other."); refresh(); }
  }

  function close() {
    const draft = state.draft;
    state.draft = null;
    if (draft && draft.pts.length > 2) add({ type: "poly", pts: draft.pts, ...(draft.neg ? { neg: true } : {}) });
    else refresh();
  }

  // ---- pictures of the state ----
  function refresh() {
    if (!state.overlay) return;
    const [wide, high] = size();
    state.overlay.replaceChildren();
    state.objects.forEach((object, index) => {
      if (here(object)) object.shapes.forEach((shape) => unison.drawShape(state.overlay, shape, colour(index), wide, high, index === state.active));
    });
    if (state.draft) {
      const paint = colour(Math.max(state.active, 0));
      const shape = state.draft.type === "poly" && state.draft.pts.length < 2 ? { type: "point", xy: state.draft.pts[0] } : state.draft;
      unison.drawShape(state.overlay, shape, paint, wide, high);
    }
    if (state.cross) {
      const [x, y] = [state.cross[0] * wide, state.cross[1] * high];
      const line = { stroke: "#111", "stroke-width": 1, "vector-effect": "non-scaling-stroke", "stroke-dasharray": "3 3" };
      state.overlay.append(unison.svg("line", { ...line, x1: x, y1: 0, x2: x, y2: high }), unison.svg("line", { ...line, x1: 0, y1: y, x2: wide, y2: y }));
    }
    find('[data-act="undo"]').disabled = !state.past.length && !state.draft;
    drawObjects();
  }

  function drawObjects() {
    const key = JSON.stringify([state.objects.map((o) => [o.shapes.length, o.time, o.mask, o.label]), state.active, state.frame]);
    if (list.dataset.key === key && list.childNodes.length === state.objects.length) return;
    list.dataset.key = key;
    const focused = list.contains(document.activeElement) ? [...list.querySelectorAll("input")].indexOf(document.activeElement) : -1;
    list.replaceChildren(...state.objects.map((object, index) => {
      const kinds = object.shapes.map((s) => (s.neg ? "not " : "") + { box: "box", point: "point", scribble: "stroke", poly: "outline" }[s.type]);
      const name = h("input", { type: "text", maxlength: 60, placeholder: "name (optional)", "aria-label": "Name of object " + (index + 1),
        oninput: (event) => { object.label = event.target.value; list.dataset.key = ""; }, onfocus: () => activate(index) });
      name.value = object.label;
      return h("div", { class: "u-object" + (index === state.active ? " u-on" : "") },
        h("button", { type: "button", class: "u-pick", "aria-label": "Work on object " + (index + 1), "aria-pressed": String(index === state.active), onclick: () => activate(index) },
          h("span", { class: "u-swatch", style: { background: colour(index) } }), "#" + (index + 1)),
        name,
        h("span", { class: "u-kinds" }, (object.mask ? object.mask + (kinds.length ? ", " : "") : "") + (kinds.join(", ") || (object.mask ? "" : "nothing yet")) + (isVideo() && object.time !== null ? " · frame " + frameOf(state.medium, object.time) : "")),
        h("button", { type: "button", class: "u-x", "aria-label": "Remove object " + (index + 1), onclick: () => {
          remember();
          state.objects.splice(index, 1);
          state.active = Math.max(Math.min(state.active, state.objects.length - 1), 0);
          refresh();
        } }, "✕"));
    }));
    if (focused >= 0) list.querySelectorAll("input")[focused]?.focus();
  }

  function activate(index) {
    if (state.active === index) return;
    state.active = index;
    const object = state.objects[index];
    if (isVideo() && object.time !== null && !here(object)) seek(frameOf(state.medium, object.time));
    refresh();
  }

  function use() {
    if (state.draft) { if (state.draft.type === "poly") close(); else finish(); }
    const kept = state.objects.filter((object) => object.shapes.length || object.mask);
    const now = value(), ref = state.medium.ref;
    const { mask, mask_url, ...medium } = state.medium;
    save({ media: { ...now.media, [ref]: medium }, regions: [...now.regions.filter((r) => r.ref !== ref), ...kept] });
    dialog.close();
  }

  // ---- events ----
  const place = (event) => {
    const box = state.overlay.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map((v) => Math.min(Math.max(v, 0), 1));
  };
  let pointer = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pointer !== null) return;
    event.preventDefault();
    state.overlay.focus({ preventScroll: true });
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    state.cross = null;
    begin(place(event), event.detail > 1);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    (event.getCoalescedEvents?.() || [event]).concat(event).forEach((e) => extend(place(e)));
  });
  canvas.addEventListener("pointerup", (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    extend(place(event));
    finish();
  });
  canvas.addEventListener("pointercancel", (event) => { if (event.pointerId === pointer) { pointer = null; state.draft = null; refresh(); } });
  canvas.addEventListener("dblclick", () => { if (state.tool === "poly") close(); });

  function crossKey(event) {
    const step = (event.shiftKey ? 0.1 : 0.01);
    const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (move) {
      state.cross = (state.cross || [0.5, 0.5]).map((v, axis) => Math.min(Math.max(v + move[axis], 0), 1));
      if (state.draft && state.draft.type !== "poly") extend(state.cross);
      refresh();
      return true;
    }
    if (event.key !== "Enter" && event.key !== " ") return false;
    if (event.key === "Enter" && state.draft?.type === "poly" && state.draft.pts.length > 2) close();
    else if (state.draft && state.draft.type !== "poly") finish();
    else begin(state.cross = state.cross || [0.5, 0.5], false);
    return true;
  }

  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.draft) { state.draft = null; refresh(); event.preventDefault(); return; }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") { undo(); event.preventDefault(); return; }
    if (event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey) return;
    const tool = { b: "box", p: "point", s: "scribble", o: "poly" }[event.key.toLowerCase()];
    if (tool) choose(tool);
    else if (event.key.toLowerCase() === "x") exclude(!state.neg);
    else if (event.key === "," || event.key === ".") seek(state.frame + (event.key === "." ? 1 : -1));
    else if (event.target !== state.overlay || !crossKey(event)) return;
    event.preventDefault();
  });
  dialog.addEventListener("close", () => { canvas.replaceChildren(); state.overlay = null; state.medium = null; state.media = null; });
  scrubber.addEventListener("input", () => seek(number(scrubber.value)));
  const acts = {
    neg: () => exclude(!state.neg), undo, done: use, cancel: () => dialog.close(),
    clear: () => { remember(); state.objects = []; state.active = 0; state.draft = null; refresh(); },
    object: () => { remember(); state.objects.push(fresh()); state.active = state.objects.length - 1; refresh(); },
    back: () => seek(state.frame - 1), next: () => seek(state.frame + 1),
  };
  dialog.addEventListener("click", (event) => {
    const node = event.target.closest("[data-act], [data-tool]");
    if (!node || node.disabled) return;
    if (node.dataset.tool) choose(node.dataset.tool);
    else acts[node.dataset.act]?.();
  });
  new ResizeObserver(() => state.medium && fit()).observe(room);

  // ---- the rest of the page ----
  const listen = (name, handler) => {
    const wrapped = (event) => (element.isConnected ? handler(event.detail) : window.removeEventListener(name, wrapped));
    window.addEventListener(name, wrapped);
  };
  listen("unison:draw", (medium) => medium?.ref && open({ ...medium }));
  listen("unison:use", (media) => {
    const now = value(), known = { ...now.media };
    (media || []).forEach((medium) => (known[medium.ref] = medium));
    save({ media: known, attached: [...new Set([...now.attached, ...(media || []).map((medium) => medium.ref)])] });
    tray.scrollIntoView({ block: "nearest" });
  });
  listen("unison:export", (wish) => trigger("export", wish));
  listen("unison:files", (paths) => paths && trigger("files", {}));
  let fetched = 0;
  function fetchDownload() {
    const wish = value().download;
    if (!wish || wish.n === fetched || !local(wish.url)) return;
    fetched = wish.n;
    const link = h("a", { href: local(wish.url), download: wish.name || "" });
    document.body.append(link);
    link.click();
    link.remove();
  }
  watch("value", () => { drawTray(); fetchDownload(); });
  drawTray();
};
