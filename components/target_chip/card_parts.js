// What a media card shows of the target: what was understood of a message, the buttons that answer a question back, and
// "I meant", which runs the last message again with another task, another medium or a nudged mark.
unison.cardParts ??= {};

unison.cardParts.understood = function (calls) {
  const { h, colour } = unison;
  const handle = (call) => (ref) => h("span", { class: "u-ref" },
    ref in (call.colours || {}) ? h("span", { class: "u-swatch", style: { background: colour(call.colours[ref]) } }) : null, ref);
  return h("div", { class: "u-understood" }, h("span", {}, "Understood:"), calls.flatMap((call, index) => [
    index ? h("span", {}, "then") : null, h("b", {}, call.task), ...[...(call.media || []), ...(call.regions || [])].map(handle(call)),
    ...(call.details || []).map((words) => h("span", { class: "u-how" }, words)),
    ...(call.phrases || []).map((words) => h("span", { class: "u-said", dir: "auto" }, "“" + words + "”")),
  ]));
};

// Each answer is a medium, or the words of one of the ways that the question lists: {ref} alone. One with *draw* opens the editor
// on that medium, and puts the *text* of the message, to be sent with the mark, into the composer where that is empty.
unison.cardParts.answers = function (media) {
  const { h } = unison;
  const tell = (text) => window.dispatchEvent(new CustomEvent("unison:answer", { detail: { text } }));
  const mark = ({ draw, text }) => {
    const box = document.querySelector("#box textarea");
    if (box && !box.value.trim()) window.dispatchEvent(new CustomEvent("unison:write", { detail: text }));
    window.dispatchEvent(new CustomEvent("unison:draw", { detail: { ...draw } }));
  };
  return h("div", { class: "u-answers", role: "group", "aria-label": "Answer" }, media.map((medium) =>
    h("button", { type: "button", class: "u-btn", "data-answer": medium.ref, onclick: (event) => {
      if (medium.draw) return mark(medium);
      const all = event.currentTarget.closest(".u-answers").querySelectorAll("button");
      const lock = (on) => all.forEach((node) => (node.disabled = on));
      lock(true);
      setTimeout(() => lock(false), 1000);
      tell(medium.ref);
      return null;
    } }, medium.kind ? unison.icon(medium) : medium.draw ? h("span", { "aria-hidden": "true" }, "✎") : null, medium.ref + (medium.name ? " · " + medium.name : ""))));
};

// A mark moved by dx, dy and grown by factor about its middle, kept within the frame; coordinates are fractions.
unison.nudge = function (shapes, dx, dy, factor) {
  const places = (shape) => shape.box ? [[shape.box[0], shape.box[1]], [shape.box[2], shape.box[3]]] : shape.xy ? [shape.xy] : shape.pts;
  const all = shapes.flatMap(places);
  const axis = (index, shift) => {
    const low = Math.min(...all.map((p) => p[index])), high = Math.max(...all.map((p) => p[index])), middle = (low + high) / 2;
    const scale = high - low > 0 ? Math.max(Math.min(factor, 1 / (high - low)), Math.min(1, 0.02 / (high - low))) : 1;
    const half = ((high - low) * scale) / 2, centre = Math.min(Math.max(middle + shift, half), 1 - half);
    return (v) => Math.round(Math.min(Math.max(centre + (v - middle) * scale, 0), 1) * 1e5) / 1e5;
  };
  const x = axis(0, dx), y = axis(1, dy);
  return shapes.map((shape) => shape.box ? { ...shape, box: [x(shape.box[0]), y(shape.box[1]), x(shape.box[2]), y(shape.box[3])] }
    : shape.xy ? { ...shape, xy: [x(shape.xy[0]), y(shape.xy[1])] }
    : { ...shape, pts: shape.pts.map(([a, b]) => [x(a), y(b)]) });
};

// One mark of the message with its picture and the buttons that move and size it; changed(shapes) tells the new ones.
unison.nudger = function (region, medium, changed) {
  const { h, local, number, colour } = unison;
  const wide = number(medium.width, 4) || 4, high = number(medium.height, 3) || 3;
  const video = medium.kind === "video";
  const picture = h(video ? "video" : "img", { src: local(medium.url), ...(video ? { preload: "metadata", muted: true, playsinline: true, "aria-hidden": "true" } : { alt: "" }) });
  if (video) {
    const time = number(region.time) + 0.5 / Math.max(number(medium.fps, 1), 1);
    picture.muted = true;
    picture.addEventListener("loadedmetadata", () => (picture.currentTime = time), { once: true });
  }
  const overlay = unison.overlay(wide, high);
  const stage = h("div", { class: "u-nudge-stage", style: { aspectRatio: wide + " / " + high } }, picture);
  stage.append(overlay);
  let shapes = region.shapes;
  const draw = () => { overlay.replaceChildren(); shapes.forEach((shape) => unison.drawShape(overlay, shape, colour(region.index), wide, high)); };
  const move = (dx, dy, factor) => () => { shapes = unison.nudge(shapes, dx, dy, factor); draw(); changed(shapes); };
  const button = (act, sign, label, go) => h("button", { type: "button", class: "u-btn", "data-nudge": act, "aria-label": label + " " + region.ref, onclick: go }, sign);
  draw();
  return h("div", { class: "u-nudge", role: "group", "aria-label": "Nudge " + region.ref }, stage, h("div", { class: "u-nudge-keys" },
    button("shrink", "−", "Shrink", move(0, 0, 1 / 1.1)), button("up", "↑", "Move up:", move(0, -0.02, 1)), button("grow", "+", "Grow", move(0, 0, 1.1)),
    button("left", "←", "Move left:", move(-0.02, 0, 1)), button("down", "↓", "Move down:", move(0, 0.02, 1)), button("right", "→", "Move right:", move(0.02, 0, 1))));
};

unison.cardParts.meant = function (data) {
  const { h } = unison;
  const body = h("div", { class: "u-meant-body" });
  const state = { choice: { task: "", media: [], regions: null }, drawn: null };
  const run = h("button", { type: "button", class: "u-btn u-primary", "data-act": "meant", onclick: () => {
    run.disabled = true; // once a press; what is refused can be tried again
    setTimeout(() => (run.disabled = false), 1000);
    window.dispatchEvent(new CustomEvent("unison:meant", { detail: { ...state.choice, drawn: state.drawn } }));
  } }, "Run again");
  const marks = data.drawn.filter((region) => region.shapes.length && data.pictures[region.of]).map((region) =>
    unison.nudger(region, data.pictures[region.of], (shapes) => {
      state.drawn = (state.drawn || data.drawn.map((one) => ({ ...one }))).map((one) => one.ref === region.ref ? { ...one, shapes } : one);
    }));
  const form = () => unison.targetForm(data, state.choice, (choice) => { state.choice = choice; fill(); }, "meant");
  function fill() {
    const key = body.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    body.replaceChildren(form(), ...marks, run);
    if (key) body.querySelector('[data-key="' + CSS.escape(key) + '"]')?.focus({ preventScroll: true });
  }
  const details = h("details", { class: "u-meant" }, h("summary", {}, "I meant …"), body);
  details.addEventListener("toggle", () => { if (details.open && !body.childElementCount) fill(); if (details.open) details.scrollIntoView({ block: "nearest" }); });
  return details;
};
