// The tools of the region dialog: what each does from the press to the release, whether a mouse, a finger or the arrow keys
// lead it. Nothing is added before the release, so that a press that turns out to be a pinch leaves nothing behind.
unison.regionTools = function (desk, view, share) {
  const { fine, apart, simpler, moved, resized, held, handles, grown, met, inside, bounds, clamp } = unison.shapes;
  const MOST_POINTS = 2000; // what the server takes of one line
  const HINTS = {
    select: "Press a mark and drag it, or drag one of its handles. Enter takes the next mark, Delete removes it.",
    box: "Drag a box round the thing. A second box starts another object.",
    point: "Tap the thing. Exclude marks what does not belong to it.",
    scribble: "Paint over the thing. Exclude paints what does not belong to it.",
    lasso: "Draw once round the thing; letting go closes the outline.",
    poly: "Tap corner after corner; close the outline with a double tap, on the first corner, or with Enter.",
    erase: "Rub over what is too much. Boxes go as soon as their line is touched; Whole takes everything it touches.",
  };
  const negative = () => (desk.neg && desk.tool !== "box" ? { neg: true } : {});
  const bounded = ([x, y]) => [clamp(x), clamp(y)];
  let grab = null; // what the select tool holds: the shape as it was, by which handle, and the state before
  const coarse = (how) => how === "touch";

  function choose(tool) {
    settle();
    Object.assign(desk, { tool, chosen: -1 });
    desk.say(HINTS[tool]);
    desk.refresh();
  }

  // Press at a fraction of the frame, which may lie outside it; *how*: "mouse", "touch", "pen" or "keys".
  function begin(at, how) {
    const out = at.some((v) => v < 0 || v > 1), { tool } = desk, xy = bounded(at);
    if (out && (tool === "point" || tool === "poly" || tool === "scribble")) return desk.say("That is outside the picture.");
    if (tool === "select") return hold(at, how);
    if (tool === "point") desk.draft = { type: "point", xy: xy.map(fine), ...negative() };
    else if (tool === "box") desk.draft = { type: "box", from: xy, box: [...xy, ...xy] };
    else if (tool === "poly") corner(xy, how);
    else desk.draft = { type: tool, pts: [xy.map(fine)], width: share(), ...(tool === "erase" ? {} : negative()) };
    return desk.refresh();
  }

  function corner(xy, how) {
    const pts = desk.draft?.pts || [], scale = view.scale(), near = coarse(how) ? 22 : 12;
    const again = pts.length > 0 && apart(pts[pts.length - 1], xy, scale) < near / 2;
    const closing = pts.length > 2 && (again || apart(pts[0], xy, scale) < near);
    if (again && !closing) return;
    desk.draft = { type: "poly", pts: closing ? pts : [...pts, xy.map(fine)], settled: pts.length, closing, ...negative() };
  }

  function extend(at) {
    const xy = bounded(at), { draft } = desk;
    if (grab) return drag(xy);
    if (!draft) return;
    if (draft.type === "box") {
      const [a, b] = draft.from;
      draft.box = [Math.min(a, xy[0]), Math.min(b, xy[1]), Math.max(a, xy[0]), Math.max(b, xy[1])].map(fine);
    } else if (draft.type === "point") draft.xy = xy.map(fine);
    else if (draft.type === "poly") {
      if (!draft.closing && draft.settled < draft.pts.length) draft.pts[draft.pts.length - 1] = xy.map(fine);
    } else if (apart(draft.pts[draft.pts.length - 1], xy, view.scale()) > 1.5) {
      draft.pts.push(xy.map(fine));
      for (let slack = 0.5; draft.pts.length >= MOST_POINTS; slack *= 2) draft.pts = simpler(draft.pts, slack, view.scale());
    }
  }

  function finish() {
    const { draft } = desk;
    if (grab) return release();
    if (!draft) return;
    if (draft.type === "poly") {
      draft.settled = draft.pts.length;
      if (draft.closing) close();
      return;
    }
    desk.draft = null;
    const { from, ...shape } = draft, scale = view.scale();
    if (shape.type === "erase") desk.erase(shape.pts, (shape.width * Math.max(...scale)) / 2, scale);
    else if (shape.type === "lasso") lasso(shape);
    else if (shape.type !== "box") desk.add(shape);
    else if (shape.box[2] > shape.box[0] && shape.box[3] > shape.box[1] && apart(shape.box.slice(0, 2), shape.box.slice(2), scale) > 3) desk.add(shape);
    else { desk.say("That box was too small. Drag from one corner to the other."); desk.refresh(); }
  }

  function lasso({ pts, neg }) {
    const outline = simpler(pts, 0.6, view.scale()), [x0, y0, x1, y1] = bounds({ type: "poly", pts });
    if (outline.length > 2 && apart([x0, y0], [x1, y1], view.scale()) > 6) desk.add({ type: "poly", pts: outline, ...(neg ? { neg } : {}) });
    else { desk.say("That outline was too small. Draw round the thing without letting go."); desk.refresh(); }
  }

  function close() {
    const { draft } = desk;
    desk.draft = null;
    if (draft?.pts.length > 2) desk.add({ type: "poly", pts: draft.pts, ...(draft.neg ? { neg: true } : {}) });
    else desk.refresh();
  }

  // A press that came to nothing: a second finger came, the browser took the pointer, or Escape. Corners that were set
  // before it stay, unless no press is under way.
  function cancel(pressed = false) {
    const { draft } = desk;
    if (grab) {
      if (desk.shape()) desk.objects[desk.active].shapes[desk.chosen] = grab.shape;
      grab = null;
    } else if (pressed && draft?.type === "poly" && draft.settled > 0) {
      desk.draft = { ...draft, pts: draft.pts.slice(0, draft.settled), closing: false };
    } else desk.draft = null;
    desk.refresh();
  }
  // What is half drawn is finished where it can stand, and dropped where it cannot.
  function settle() {
    if (desk.draft?.type === "poly") close();
    else finish();
  }

  // ---- the select tool ----
  function under(at, reach) {
    const scale = view.scale(), found = [];
    desk.objects.forEach((object, index) => desk.here(object) && object.shapes.forEach((shape, n) => {
      const far = met(shape, at, scale, reach + (shape.type === "point" ? 6 : 0));
      const [x0, y0, x1, y1] = bounds(shape);
      if (far !== null) found.push([far, index, n]);
      else if (inside(shape, at)) found.push([1000 + (x1 - x0) * (y1 - y0), index, n]);
    }));
    return found.sort((a, b) => a[0] - b[0])[0] || null;
  }

  function hold(at, how) {
    const reach = coarse(how) ? 22 : 12, scale = view.scale(), shape = desk.shape();
    const near = shape && desk.here(desk.objects[desk.active])
      ? handles(shape, scale).map((handle) => [apart(handle.at, at, scale), handle]).sort((a, b) => a[0] - b[0])[0] : null;
    if (near && near[0] <= reach * 1.2) {
      grab = { handle: near[1], shape, from: at, before: desk.written() };
      return;
    }
    const hit = under(bounded(at), reach / 2);
    if (hit) [, desk.active, desk.chosen] = hit;
    else desk.chosen = -1;
    if (hit) grab = { handle: null, shape: desk.shape(), from: at, before: desk.written() };
    desk.refresh();
  }

  function drag(at) {
    if (!desk.shape()) { grab = null; return; } // it was undone or cleared under the hand
    const { handle, shape, from } = grab;
    const made = handle ? held(shape, handle, at) : moved(shape, at[0] - from[0], at[1] - from[1]);
    desk.objects[desk.active].shapes[desk.chosen] = made;
  }

  function release() {
    const now = desk.shape();
    if (now && JSON.stringify(now) !== JSON.stringify(grab.shape)) desk.remember(null, grab.before);
    grab = null;
    desk.refresh();
  }

  // The next mark of this frame, in the order in which they were drawn.
  function next(step) {
    const all = desk.objects.flatMap((object, index) => (desk.here(object) ? object.shapes.map((_, n) => [index, n]) : []));
    if (!all.length) return desk.say("Nothing is marked here yet.");
    const now = all.findIndex(([index, n]) => index === desk.active && n === desk.chosen);
    [desk.active, desk.chosen] = all[(now + step + all.length) % all.length];
    const [x0, y0, x1, y1] = bounds(desk.shape());
    view.follow([(x0 + x1) / 2, (y0 + y1) / 2]);
    desk.say(unison.shapes.name(desk.shape()) + " of region#" + desk.objects[desk.active].id + ". Arrows move it, Shift and arrows resize it.");
    return desk.refresh();
  }

  function selectKey(event, move) {
    const shape = desk.shape();
    if (event.key === "Enter" || event.key === " ") return next(event.shiftKey ? -1 : 1);
    if (!shape) return move && desk.say("Take a mark first: press Enter, or tap it.");
    if (event.shiftKey && shape.type === "point") return desk.say("A point has no size. Arrows move it.");
    desk.remember((event.shiftKey ? "size" : "move") + desk.active + "." + desk.chosen);
    return desk.replace(event.shiftKey ? grown(shape, ...move) : moved(shape, ...move));
  }

  // ---- the arrow keys: they move a cross, or with the select tool the mark ----
  function key(event) {
    const step = event.ctrlKey || event.metaKey ? 0.001 : 0.01;
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const press = event.key === "Enter" || event.key === " ";
    if (!way && !press) return false;
    if (desk.tool === "select") {
      selectKey(event, way?.map((v) => v * step));
      return true;
    }
    desk.cross ??= [0.5, 0.5];
    if (way) {
      desk.cross = desk.cross.map((v, axis) => clamp(v + way[axis] * step * (event.shiftKey ? 10 : 1)));
      if (desk.draft && desk.draft.type !== "poly") extend(desk.cross);
      view.follow(desk.cross);
      desk.say("Cross at " + desk.cross.map((v) => Math.round(v * 1000) / 10 + " %").join(" across, ") + " down.");
    } else if (desk.draft?.type === "poly" && event.key === "Enter" && desk.draft.pts.length > 2) close();
    else if (desk.draft && desk.draft.type !== "poly") finish();
    else {
      begin(desk.cross, "keys");
      if (desk.tool === "point" || desk.tool === "poly") finish();
    }
    desk.refresh();
    return true;
  }
  return { choose, begin, extend, finish, close, cancel, settle, next, key };
};
