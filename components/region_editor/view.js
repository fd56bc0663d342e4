// How the region dialog shows its medium: as large as the room is, enlarged and moved as the person likes, with the marks
// over it. A place on the screen is turned into a fraction of the frame by where the picture stands, at every enlargement.
unison.regionView = function (desk, room, canvas, percent) {
  const { h, svg, colour, shapes } = unison;
  const MOST_ZOOM = 16, LONGEST = 12000; // pixels: a longer side than this costs a browser too much memory
  const above = h("div", { class: "u-above" }); // numbers and handles: of one size on the screen at every enlargement
  let zoom = 1, left = 0, top = 0, wide = 1, high = 1;

  const scale = () => [wide, high];
  const picture = () => canvas.getBoundingClientRect();

  function place(event) {
    const box = picture();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  function layout() {
    if (!desk.medium || !room.clientWidth || !room.clientHeight) return;
    const [w, t] = desk.size(), fit = Math.min(room.clientWidth / w, room.clientHeight / t, 12);
    zoom = shapes.clamp(zoom, 1, Math.max(Math.min(MOST_ZOOM, LONGEST / (fit * Math.max(w, t))), 1));
    [wide, high] = [w * fit * zoom, t * fit * zoom];
    const free = (space, long, at) => (long <= space ? (space - long) / 2 : shapes.clamp(at, space - long, 0));
    [left, top] = [free(room.clientWidth, wide, left), free(room.clientHeight, high, top)];
    Object.assign(canvas.style, { width: wide + "px", height: high + "px", left: left + "px", top: top + "px" });
    if (desk.media) desk.media.style.imageRendering = fit * zoom > 3 ? "pixelated" : "auto";
    percent.textContent = Math.round(zoom * 100) + " %";
  }

  const shown = () => { layout(); draw(); };
  // Enlarge so that the place under (x, y) of the screen stays where it is; by default the middle of the room.
  function enlarge(factor, x, y) {
    const box = picture(), unit = box.width / wide, stage = room.getBoundingClientRect();
    const cx = x ?? stage.left + stage.width / 2, cy = y ?? stage.top + stage.height / 2;
    const at = [(cx - box.left) / box.width, (cy - box.top) / box.height];
    zoom *= factor;
    layout();
    [left, top] = [(cx - stage.left) / unit - at[0] * wide, (cy - stage.top) / unit - at[1] * high];
    shown();
  }
  function pan(dx, dy) {
    const unit = picture().width / wide;
    left += dx / unit;
    top += dy / unit;
    shown();
  }
  function fitted() { zoom = 1; shown(); }
  // Bring a place of the picture into sight.
  function follow([x, y]) {
    const edge = 40, into = (at, v, long, space) => (long <= space ? at : shapes.clamp(at, edge - v * long, space - edge - v * long));
    [left, top] = [into(left, x, wide, room.clientWidth), into(top, y, high, room.clientHeight)];
    layout();
  }

  function number(object) {
    const first = object.shapes[0];
    if (!first) return null;
    const [x0, y0, x1] = shapes.bounds(first), over = y0 * high > 26, late = x0 > 0.75; // at the right it ends where its mark ends
    return h("span", {
      class: "u-number" + (over ? " u-over" : "") + (late ? " u-left" : ""),
      style: { left: (late ? x1 : x0) * 100 + "%", top: y0 * 100 + "%", background: colour(object.id - 1) },
    }, "#" + object.id + (object.label ? " " + object.label : ""));
  }

  function trail(draft) {
    const [w, t] = desk.size(), pts = draft.pts.length > 1 ? draft.pts : [draft.pts[0], draft.pts[0]];
    desk.overlay.append(svg("polyline", {
      points: pts.map(([x, y]) => x * w + "," + y * t).join(" "), fill: "none", stroke: "#ffffff", "stroke-opacity": 0.75,
      "stroke-width": Math.max(draft.width * Math.max(w, t), 1), "stroke-linecap": "round", "stroke-linejoin": "round",
    }));
  }

  function open(draft, paint) { // an outline that is not closed yet, with its corners
    const [w, t] = desk.size(), line = { fill: "none", "vector-effect": "non-scaling-stroke" };
    const points = draft.pts.map(([x, y]) => x * w + "," + y * t).join(" ");
    desk.overlay.append(svg("polyline", { ...line, points, stroke: "#ffffff", "stroke-width": 5, "stroke-opacity": 0.7 }),
      svg("polyline", { ...line, points, stroke: paint, "stroke-width": 3 }));
    if (draft.type === "poly") draft.pts.forEach((xy) => unison.drawShape(desk.overlay, { type: "point", xy }, paint, w, t, false));
  }

  function draw() {
    if (!desk.overlay) return;
    const [w, t] = desk.size(), paint = colour(desk.hue());
    desk.overlay.replaceChildren();
    above.replaceChildren();
    desk.objects.forEach((object, index) => {
      if (!desk.here(object)) return;
      object.shapes.forEach((shape) => unison.drawShape(desk.overlay, shape, colour(object.id - 1), w, t, index === desk.active));
      above.append(number(object) || "");
    });
    const { draft } = desk;
    if (draft?.type === "erase") trail(draft);
    else if (draft?.type === "poly" || draft?.type === "lasso") open(draft, paint);
    else if (draft) unison.drawShape(desk.overlay, draft, paint, w, t);
    const held = desk.tool === "select" ? desk.shape() : null;
    if (held && desk.here(desk.objects[desk.active])) {
      const [x0, y0, x1, y1] = shapes.bounds(held), round = held.type === "point" ? 14 : 4;
      above.append(h("span", { class: "u-chosen", style: {
        left: x0 * wide - round + "px", top: y0 * high - round + "px", width: (x1 - x0) * wide + 2 * round + "px", height: (y1 - y0) * high + 2 * round + "px",
      } }), ...shapes.handles(held, scale()).map((handle) => h("span", {
        class: "u-handle", "data-handle": handle.name, style: { left: handle.at[0] * 100 + "%", top: handle.at[1] * 100 + "%", cursor: handle.cursor },
      })));
    }
    if (!desk.cross) return;
    const [x, y] = [desk.cross[0] * w, desk.cross[1] * t];
    for (const ends of [{ x1: x, y1: 0, x2: x, y2: t }, { x1: 0, y1: y, x2: w, y2: y }]) {
      const line = { ...ends, "vector-effect": "non-scaling-stroke" };
      desk.overlay.append(svg("line", { ...line, stroke: "#ffffff", "stroke-width": 3, "stroke-opacity": 0.7 }),
        svg("line", { ...line, stroke: "#111111", "stroke-width": 1, "stroke-dasharray": "3 3" }));
    }
  }
  return { place, scale, layout, shown, enlarge, pan, fitted, follow, draw, above, zoom: () => zoom };
};
