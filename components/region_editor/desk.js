// What lies on the desk of the region dialog: the medium, the objects marked on it, the tool in hand, and what can be
// undone and done again. One object = one region = any mix of one box, points, brush strokes and outlines.
unison.regionDesk = function () {
  const { number, timeOf, frameOf, shapes } = unison, erased = unison.eraser();
  const MOST = { objects: 64, shapes: 64, past: 200 }; // the first two are what the server takes of one message
  const desk = {
    medium: null, media: null, overlay: null, tool: "box", neg: false, whole: false, objects: [], active: 0,
    chosen: -1, // the shape of the active object that is held by the select tool
    draft: null, cross: null, frame: 0, past: [], future: [], tag: null,
    elsewhere: 0, // regions on other media
    issue: () => 0, // gives the next region's number
    say() {}, refresh() {},
  };

  desk.isVideo = () => desk.medium?.kind === "video";
  desk.time = () => (desk.isVideo() ? timeOf(desk.medium, desk.frame) : null);
  desk.last = () => Math.max(Math.round(number(desk.medium?.frames, 1)) - 1, 0);
  desk.here = (object) => !desk.isVideo() || object.time === null || frameOf(desk.medium, object.time) === desk.frame;
  desk.size = () => [number(desk.medium.width, 1) || 1, number(desk.medium.height, 1) || 1];
  desk.fresh = (mask = null) => ({ id: desk.issue(), ref: desk.medium.ref, time: null, mask, label: "", shapes: [] });
  // The place among the colours of the object in hand, or of the one that a first mark would begin: it goes by the number.
  desk.hue = () => {
    const now = desk.value();
    return (desk.objects[desk.active]?.id ?? Math.max(number(now.next, 1), ...now.regions.map((region) => region.id + 1))) - 1;
  };
  desk.kept = () => desk.objects.filter((object) => object.shapes.length || object.mask);
  desk.shape = () => desk.objects[desk.active]?.shapes[desk.chosen] ?? null;

  desk.start = (medium, objects) => {
    Object.assign(desk, { medium, objects, past: [], future: [], tag: null, draft: null, cross: null, chosen: -1, neg: false, frame: 0 });
  };

  const written = () => JSON.stringify([desk.objects, desk.active]);
  function read(text) {
    [desk.objects, desk.active] = JSON.parse(text);
    Object.assign(desk, { chosen: -1, draft: null, tag: null });
    const object = desk.objects[desk.active];
    desk.refresh();
    // What was undone or done again shall be seen, and it may lie on another frame.
    if (object && !desk.here(object)) desk.show(frameOf(desk.medium, object.time));
  }
  // Keep what is there before it is changed; changes of one *tag* in a row, as of a held key, are one step.
  desk.remember = (tag = null, before = written()) => {
    if (tag !== null && tag === desk.tag) return;
    desk.tag = tag;
    desk.past.push(before);
    desk.past.splice(0, desk.past.length - MOST.past);
    desk.future = [];
  };
  desk.written = written;
  desk.undo = () => {
    if (desk.draft) { // the last corner of an outline, or all of what is half drawn
      const { pts, type } = desk.draft;
      desk.draft = type === "poly" && pts.length > 1 ? { ...desk.draft, pts: pts.slice(0, -1), settled: pts.length - 1, closing: false } : null;
      desk.refresh();
      return;
    }
    if (!desk.past.length) return;
    desk.future.push(written());
    read(desk.past.pop());
  };
  desk.redo = () => {
    if (!desk.future.length || desk.draft) return;
    desk.past.push(written());
    read(desk.future.pop());
  };

  const room = () => desk.objects.length + desk.elsewhere < MOST.objects
    || desk.say("A message takes at most " + MOST.objects + " regions. Send these first, or remove some.");

  desk.another = () => {
    if (!room()) return;
    desk.remember();
    desk.objects.push(desk.fresh());
    desk.active = desk.objects.length - 1;
    desk.chosen = -1;
    desk.refresh();
  };

  // Add a finished shape to the object in hand, or to a new one where it cannot hold it: it has a box already, or it was
  // marked on another frame.
  desk.add = (shape) => {
    const object = desk.objects[desk.active];
    const full = object && shape.type === "box" && object.shapes.some((other) => other.type === "box");
    const anew = !object || full || !desk.here(object);
    if (anew && !room()) return;
    if (!anew && object.shapes.length >= MOST.shapes) {
      desk.say("An object takes at most " + MOST.shapes + " marks. Start another object, or erase some.");
      return;
    }
    desk.remember();
    if (anew) {
      desk.objects.push(desk.fresh());
      desk.active = desk.objects.length - 1;
    }
    const target = desk.objects[desk.active];
    target.time = desk.time();
    target.shapes.push(shape);
    desk.say("region#" + target.id + " now has " + target.shapes.map(shapes.name).join(", ") + "."); // also for who cannot see it
    desk.refresh();
  };

  desk.replace = (shape) => {
    desk.objects[desk.active].shapes[desk.chosen] = shape;
    desk.refresh();
  };

  function settle() {
    desk.active = shapes.clamp(desk.active, 0, Math.max(desk.objects.length - 1, 0));
    desk.chosen = -1;
    desk.refresh();
  }

  desk.remove = (index) => {
    desk.remember();
    desk.objects.splice(index, 1);
    if (index < desk.active) desk.active -= 1;
    settle();
  };

  desk.removeShape = () => {
    if (!desk.shape()) return;
    desk.remember();
    const object = desk.objects[desk.active];
    object.shapes.splice(desk.chosen, 1);
    if (!object.shapes.length && !object.mask) desk.objects.splice(desk.active, 1);
    settle();
  };

  desk.clear = () => {
    if (!desk.objects.length && !desk.draft) return;
    desk.remember();
    desk.objects = [];
    desk.draft = null;
    settle();
  };

  // Rub out what is marked on this frame along a path; an object of which nothing is left goes.
  desk.erase = (path, radius, scale) => {
    let met = false, many = false;
    const left = desk.objects.map((object) => {
      if (!desk.here(object)) return object;
      const kept = erased(object.shapes, path, radius, scale, desk.whole);
      if (kept.length === object.shapes.length && kept.every((shape, n) => shape === object.shapes[n])) return object;
      met = true;
      many ||= kept.length > MOST.shapes;
      return { ...object, shapes: kept };
    });
    if (many) desk.say("That would leave more than " + MOST.shapes + " pieces of one object, so it was not erased.");
    else if (!met) desk.say("Nothing is drawn there.");
    if (many || !met) { desk.refresh(); return; }
    desk.remember();
    const active = left[desk.active];
    desk.objects = left.filter((object, n) => object === desk.objects[n] || object.shapes.length || object.mask);
    desk.active = Math.max(desk.objects.indexOf(active), 0);
    settle();
  };
  return desk;
};
