// The dialog in which a person marks objects on a picture or on one frame of a video: it opens a medium, lists its objects,
// steps through frames and hands the regions back. Coordinates are fractions of the frame on screen, so that resizing, page
// zoom and rotation by EXIF change nothing.
unison.regionDialog = function (element, desk, references) {
  const { h, local, number, colour, timeOf, frameOf, shapes } = unison;
  const find = (selector) => element.querySelector(selector);
  const dialog = find(".u-editor"), canvas = find(".u-canvas"), room = find(".u-room");
  const hint = find(".u-hint"), list = find(".u-objects"), frames = find(".u-frames");
  const scrubber = find(".u-frames input"), widthInput = find(".u-width input");
  const KEYS = "Keys: arrows move the cross, Enter or Space draws. V selects, B P S L O choose box, point, brush, lasso and outline, "
    + "E erases, X excludes. A number takes the region that has it. Control Z undoes, Control Y does it again. Plus, minus and zero enlarge, shrink and fit.";
  const view = unison.regionView(desk, room, canvas, find(".u-percent"));
  const tools = unison.regionTools(desk, view, () => number(widthInput.value) / 1000);
  const foot = find(".u-foot"), leave = find(".u-leave");
  let outlined = 0; // the frame whose mask lies under the marks
  let awaited = null; // the frame's time that the video was last sent to
  let taken = "", leaving = false; // the marks that the tray has, and whether somebody has said what becomes of the others

  desk.say = (text) => { hint.textContent = text || ""; };
  desk.ready = () => Boolean(desk.media) && !canvas.classList.contains("u-busy");

  function open(medium, index) {
    if (desk.medium) tools.cancel(); // another medium comes while one draws
    const mine = desk.value().regions.filter((region) => region.ref === medium.ref);
    desk.start(medium, mine.map((region) => structuredClone(region)));
    desk.elsewhere = desk.value().regions.length - mine.length;
    desk.active = Math.max(index ?? desk.objects.length - 1, 0);
    const known = medium.mask ? desk.objects.findIndex((object) => object.mask === medium.mask) : -1;
    if (known >= 0) desk.active = known;
    else if (medium.mask) {
      desk.objects.push(desk.fresh(medium.mask));
      desk.active = desk.objects.length - 1;
    }
    [taken, leaving] = [marks(), false];
    ask(false);
    desk.frame = desk.isVideo() ? shapes.clamp(first(medium, desk.objects[desk.active]), 0, desk.last()) : 0;
    // A clip's mask is refined as it is on the frame with which it was opened.
    if (medium.mask && known < 0 && desk.isVideo()) desk.objects[desk.active].time = desk.time();
    outlined = desk.frame;
    load();
    frames.hidden = !desk.isVideo();
    scrubber.max = desk.last();
    if (!dialog.open) dialog.showModal();
    awaited = null;
    view.fitted();
    choose(desk.tool);
    seek(desk.frame);
    desk.overlay.focus({ preventScroll: true });
  }

  // The frame to begin with: that of the object in hand, or the one that a player shows at *at* seconds, which lie within it.
  function first(medium, object) {
    if ((object?.time ?? null) !== null) return frameOf(medium, object.time);
    const since = number(medium.at, number(medium.start)) - number(medium.start);
    return Math.floor(since * Math.max(number(medium.fps, 1), 1) + 1e-3);
  }

  // Put the medium on the canvas. What an earlier one still has to say is not listened to any more.
  function load() {
    const { medium } = desk, video = desk.isVideo();
    const media = video
      ? h("video", { src: local(medium.url), preload: "auto", playsinline: true, tabindex: -1, "aria-hidden": "true" })
      : h("img", { src: local(medium.url), alt: "The picture to mark", draggable: "false" });
    if (video) media.muted = true;
    desk.media = media;
    canvas.classList.add("u-busy");
    canvas.replaceChildren(media);
    if (medium.mask_url) {
      const layer = h("div", { class: "u-mask" });
      layer.style.maskImage = 'url("' + local(medium.mask_url).replace(/["\\]/g, "") + '")';
      layer.style.background = colour(desk.hue());
      canvas.append(layer);
    }
    desk.overlay = unison.overlay(...desk.size());
    desk.overlay.removeAttribute("aria-hidden");
    desk.overlay.setAttribute("tabindex", "0");
    desk.overlay.setAttribute("role", "application");
    desk.overlay.setAttribute("aria-label", "Picture. " + KEYS);
    canvas.append(desk.overlay, view.above);
    const mine = (handler) => () => desk.media === media && handler();
    media.addEventListener(video ? "loadeddata" : "load", mine(() => { measure(); if (video) seek(desk.frame); else settled(); }));
    media.addEventListener("seeked", mine(() => { // a file may end before its header says
      if (Math.abs(media.currentTime - Math.min(awaited, media.duration || awaited)) < 1e-3) settled();
      else media.currentTime = awaited;
    }));
    media.addEventListener("error", mine(() => desk.say("This file cannot be shown here, so it cannot be marked.")));
  }
  const settled = () => canvas.classList.remove("u-busy");

  // Trust what the browser shows (already upright) over what the server said about the size.
  function measure() {
    const wide = desk.media.naturalWidth || desk.media.videoWidth, high = desk.media.naturalHeight || desk.media.videoHeight;
    if (wide && high) Object.assign(desk.medium, { width: wide, height: high });
    desk.overlay.setAttribute("viewBox", "0 0 " + desk.size().join(" "));
    view.layout();
    desk.refresh();
  }

  function seek(frame) {
    if (!desk.isVideo()) return;
    const before = desk.frame;
    desk.frame = shapes.clamp(Math.round(frame), 0, desk.last());
    scrubber.value = desk.frame;
    find(".u-frames output").textContent = "frame " + desk.frame + " of " + desk.last() + " · " + desk.time().toFixed(2) + " s";
    awaited = timeOf(desk.medium, desk.frame + 0.5);
    if (desk.media.readyState) {
      const there = Math.abs(desk.media.currentTime - awaited) <= 1e-4;
      canvas.classList.toggle("u-busy", !there || desk.media.seeking);
      if (!there) desk.media.currentTime = awaited;
    }
    if (before !== desk.frame) Object.assign(desk, { draft: null, chosen: -1 });
    canvas.querySelectorAll(".u-mask").forEach((layer) => (layer.hidden = desk.frame !== outlined));
    desk.refresh();
  }
  desk.show = seek;

  const TAKES = { neg: ["point", "scribble", "lasso", "poly"], width: ["scribble", "erase"], whole: ["erase"] };
  function choose(tool) {
    tools.choose(tool);
    element.querySelectorAll("[data-tool]").forEach((node) => node.setAttribute("aria-pressed", String(node.dataset.tool === tool)));
    find('[data-act="neg"]').hidden = TAKES.whole.includes(tool);
    find('[data-act="neg"]').disabled = !TAKES.neg.includes(tool);
    find('[data-act="whole"]').hidden = !TAKES.whole.includes(tool);
    find(".u-width").classList.toggle("u-off", !TAKES.width.includes(tool));
    room.dataset.hand = tool;
  }
  function press(name, key, on) {
    desk[key] = on;
    find('[data-act="' + name + '"]').setAttribute("aria-pressed", String(on));
  }

  desk.refresh = () => {
    if (!desk.overlay) return;
    view.draw();
    find('[data-act="undo"]').disabled = !desk.past.length && !desk.draft;
    find('[data-act="redo"]').disabled = !desk.future.length;
    find('[data-act="clear"]').disabled = !desk.objects.length && !desk.draft;
    drawObjects();
  };

  const listed = () => JSON.stringify([desk.objects.map((o) => [o.id, o.shapes.map(shapes.name), o.time, o.mask, o.label]), desk.active, desk.frame]);
  function drawObjects() {
    const key = listed();
    if (list.dataset.key === key && list.childNodes.length === desk.objects.length) return;
    list.dataset.key = key;
    const focused = list.contains(document.activeElement) ? [...list.querySelectorAll("input, button")].indexOf(document.activeElement) : -1;
    const { selectionStart = null, selectionEnd } = focused >= 0 ? document.activeElement : {};
    list.replaceChildren(...desk.objects.map(objectRow));
    // Of many, the one in hand is the one to see.
    if (list.scrollHeight > list.clientHeight) list.children[desk.active]?.scrollIntoView({ block: "nearest" });
    const again = focused >= 0 ? list.querySelectorAll("input, button")[focused] : null;
    again?.focus();
    if (again && selectionStart !== null) again.setSelectionRange(selectionStart, selectionEnd);
  }

  function objectRow(object, index) {
    const name = "region#" + object.id, kinds = object.shapes.map(shapes.name), on = index === desk.active;
    const label = h("input", { type: "text", maxlength: 60, placeholder: "name (optional)", "aria-label": "Name of " + name,
      onfocus: () => activate(index),
      oninput: (event) => {
        desk.remember("label" + object.id);
        desk.objects[index].label = event.target.value; // another object than when the row was made, after an undo or a reopening
        list.dataset.key = listed(); // the row stays, so that what an input method composes is not cut off
        desk.refresh();
      } });
    label.value = object.label;
    const what = [object.mask, ...kinds].filter(Boolean).join(", ") || "nothing yet";
    return h("div", { class: "u-object" + (on ? " u-on" : "") },
      h("button", { type: "button", class: "u-pick", "aria-label": "Work on " + name, "aria-pressed": String(on), onclick: () => activate(index) },
        h("span", { class: "u-swatch", style: { background: colour(object.id - 1) } }), "#" + object.id),
      label,
      h("span", { class: "u-kinds" }, what + (desk.isVideo() && object.time !== null ? " · frame " + frameOf(desk.medium, object.time) : "")),
      h("button", { type: "button", class: "u-btn u-refer", "data-refer": object.id, "aria-label": "Put " + name + " into the text", title: "Put " + name + " into the message",
        onclick: () => desk.say(references.insert(name, false) ? name + " now stands in your message." : "There is no message to put it into.") }, h("span", { "aria-hidden": "true" }, "↳"), "text"),
      h("button", { type: "button", class: "u-x", "aria-label": "Remove " + name, title: "Remove " + name, onclick: () => desk.remove(index) }, "✕"));
  }

  function activate(index) {
    if (desk.active === index || !desk.objects[index]) return;
    Object.assign(desk, { active: index, chosen: -1 });
    const object = desk.objects[index];
    if (!desk.here(object)) seek(frameOf(desk.medium, object.time));
    desk.refresh();
  }

  // Hand the regions back: each keeps its place and number among those of other media, new ones come last.
  function use() {
    if (!dialog.open || !desk.medium) return;
    tools.settle();
    const now = desk.value(), kept = new Map(desk.kept().map((object) => [object.id, object]));
    const old = now.regions.filter((region) => region.ref !== desk.medium.ref || kept.has(region.id)).map((region) => {
      const mine = region.ref === desk.medium.ref ? kept.get(region.id) : null;
      if (mine) kept.delete(region.id);
      return mine || region;
    });
    const { mask, mask_url, ...medium } = desk.medium;
    desk.save({ media: { ...now.media, [medium.ref]: medium }, regions: [...old, ...kept.values()] });
    close();
  }

  // ---- leaving ----
  // Marks that are not in the tray are never dropped unasked, by whatever key, button or gesture the dialog is closed.
  const marks = () => JSON.stringify(desk.kept());
  const unsaved = () => Boolean(desk.medium) && !leaving && (desk.draft !== null || marks() !== taken);
  function ask(on) {
    if (!on && leave.contains(document.activeElement)) desk.overlay?.focus({ preventScroll: true });
    [foot.hidden, leave.hidden] = [on, !on];
    if (on) leave.querySelector('[data-act="stay"]').focus();
  }
  function close() {
    leaving = true;
    dialog.close();
  }
  const cancel = () => (unsaved() ? ask(true) : close());

  function take(id) {
    const index = desk.objects.findIndex((object) => object.id === id), name = "region#" + id;
    if (index < 0) return desk.say("There is no " + name + " on " + desk.medium.ref + ".");
    activate(index);
    return desk.say(name + (desk.objects[index].label ? ", " + desk.objects[index].label + "," : "") + " is in hand: what you mark now belongs to it.");
  }

  const acts = {
    tool: choose, done: use, keep: use, discard: close, stay: () => ask(false), cancel, undo: desk.undo, redo: desk.redo, clear: desk.clear, object: desk.another,
    number: take,
    neg: () => TAKES.neg.includes(desk.tool) && press("neg", "neg", !desk.neg), whole: () => press("whole", "whole", !desk.whole),
    back: () => seek(desk.frame - 1), next: () => seek(desk.frame + 1),
    nearer: () => view.enlarge(1.25), further: () => view.enlarge(0.8), fit: () => view.fitted(),
  };
  desk.act = (name, ...more) => desk.medium && acts[name]?.(...more);
  dialog.addEventListener("click", (event) => {
    const node = event.target.closest("[data-act], [data-tool]");
    if (!node || node.disabled || !desk.medium) return;
    if (node.dataset.tool) choose(node.dataset.tool);
    else desk.act(node.dataset.act);
  });
  dialog.addEventListener("cancel", (event) => {
    if (event.target !== dialog || !unsaved()) return;
    event.preventDefault();
    ask(true);
  });
  dialog.addEventListener("close", () => {
    if (dialog.open) return; // opened again meanwhile
    if (unsaved()) { // a browser may close it without leave, as by the gesture that goes back
      dialog.showModal();
      ask(true);
      return;
    }
    canvas.replaceChildren();
    press("neg", "neg", false);
    // The button that opened it may have been drawn anew meanwhile, and the browser gives the focus back to none.
    const held = document.activeElement;
    if (desk.medium && (held === document.body || dialog.contains(held))) desk.left(desk.medium.ref);
    Object.assign(desk, { overlay: null, medium: null, media: null, draft: null });
  });
  scrubber.addEventListener("input", () => seek(number(scrubber.value)));
  new ResizeObserver(() => desk.medium && view.shown()).observe(room);
  unison.regionGestures(desk, view, tools, dialog, room);
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !unsaved()) return;
    event.preventDefault(); // left to itself, the browser closes it at the second press, whatever is said to that
    ask(leave.hidden);
  });
  room.addEventListener("pointerdown", () => ask(false));
  return { open };
};
