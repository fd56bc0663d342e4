// The geometry of a person's marks: where a shape lies, what a press on it meets, and the same shape moved or resized.
// Shapes are fractions 0..1 of the frame and are never changed in place. *scale* is [width, height] of the whole frame on
// the screen in pixels, in which every distance is measured.
unison.shapes = (() => {
  const clamp = (v, low = 0, high = 1) => Math.min(Math.max(v, low), high);
  const fine = (v) => Math.round(clamp(v) * 1e5) / 1e5;
  const LEAST = 0.004; // of the frame: what resizing leaves of a side
  const CORNERS = 24; // an outline of more corners than this is resized as a whole, not corner by corner

  const points = (shape) => {
    if (shape.type === "box") return [[shape.box[0], shape.box[1]], [shape.box[2], shape.box[3]]];
    return shape.type === "point" ? [shape.xy] : shape.pts;
  };
  function mapped(shape, map) {
    const made = points(shape).map((p) => map(p).map(fine));
    if (shape.type === "box") return { ...shape, box: [...made[0], ...made[1]] };
    return shape.type === "point" ? { ...shape, xy: made[0] } : { ...shape, pts: made };
  }
  function bounds(shape) {
    const xs = points(shape).map((p) => p[0]), ys = points(shape).map((p) => p[1]);
    return [xs.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.min(a, b)),
      xs.reduce((a, b) => Math.max(a, b)), ys.reduce((a, b) => Math.max(a, b))];
  }

  // Moved by a share of the frame, as far as the whole shape stays within it.
  function moved(shape, dx, dy) {
    const [x0, y0, x1, y1] = bounds(shape);
    const [right, down] = [clamp(dx, -x0, 1 - x1), clamp(dy, -y0, 1 - y1)];
    return mapped(shape, ([x, y]) => [x + right, y + down]);
  }

  // Stretched so that its bounds become *to*; brush strokes keep their width.
  function resized(shape, to) {
    const from = bounds(shape);
    const along = (v, low, high) => (from[high] > from[low] ? (v - from[low]) / (from[high] - from[low]) : 0);
    return mapped(shape, ([x, y]) => [to[0] + along(x, 0, 2) * (to[2] - to[0]), to[1] + along(y, 1, 3) * (to[3] - to[1])]);
  }

  // What a shape can be held by: the corners of an outline, or the corners and sides of its bounds.
  function handles(shape, scale) {
    if (shape.type === "point") return [];
    if (shape.type === "poly" && shape.pts.length <= CORNERS) {
      return shape.pts.map((at, corner) => ({ name: "c" + corner, corner, at, cursor: "move" }));
    }
    const [x0, y0, x1, y1] = bounds(shape), [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
    const all = [["nw", x0, y0], ["ne", x1, y0], ["se", x1, y1], ["sw", x0, y1]];
    if ((x1 - x0) * scale[0] > 100) all.push(["n", x, y0], ["s", x, y1]);
    if ((y1 - y0) * scale[1] > 100) all.push(["e", x1, y], ["w", x0, y]);
    return all.map(([name, left, top]) => ({ name, at: [left, top], cursor: name + "-resize" }));
  }

  // The shape as it is when *handle* of it is held at *at*. A side never passes the side opposite.
  function held(shape, handle, at) {
    if (handle.corner !== undefined) {
      return { ...shape, pts: shape.pts.map((p, corner) => (corner === handle.corner ? at.map(fine) : p)) };
    }
    const to = bounds(shape), [x, y] = at.map((v) => clamp(v));
    if (handle.name.includes("w")) to[0] = Math.min(x, to[2] - LEAST);
    if (handle.name.includes("e")) to[2] = Math.max(x, to[0] + LEAST);
    if (handle.name.includes("n")) to[1] = Math.min(y, to[3] - LEAST);
    if (handle.name.includes("s")) to[3] = Math.max(y, to[1] + LEAST);
    return resized(shape, to.map((v) => clamp(v)));
  }

  // Made wider and taller by a share of the frame, from its top left corner.
  function grown(shape, dx, dy) {
    const [x0, y0, x1, y1] = bounds(shape);
    return resized(shape, [x0, y0, clamp(x1 + dx, Math.min(x0 + LEAST, 1), 1), clamp(y1 + dy, Math.min(y0 + LEAST, 1), 1)]);
  }

  const apart = (a, b, scale) => Math.hypot((a[0] - b[0]) * scale[0], (a[1] - b[1]) * scale[1]);
  // Pixels from a point to a line between two others.
  function beside(at, a, b, scale) {
    const [ax, ay] = [(at[0] - a[0]) * scale[0], (at[1] - a[1]) * scale[1]];
    const [bx, by] = [(b[0] - a[0]) * scale[0], (b[1] - a[1]) * scale[1]];
    const long = bx * bx + by * by, t = long ? clamp((ax * bx + ay * by) / long) : 0;
    return Math.hypot(ax - t * bx, ay - t * by);
  }
  function from(at, line, scale) {
    let least = apart(at, line[0], scale);
    for (let n = 1; n < line.length; n++) least = Math.min(least, beside(at, line[n - 1], line[n], scale));
    return least;
  }
  function within([x, y], pts) {
    let inside = false;
    pts.forEach(([x1, y1], n) => {
      const [x0, y0] = pts[(n + pts.length - 1) % pts.length];
      if (y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)) inside = !inside;
    });
    return inside;
  }
  // The line round a box or an outline, closed.
  function border(shape) {
    if (shape.type === "poly") return [...shape.pts, shape.pts[0]];
    const [x0, y0, x1, y1] = shape.box;
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]];
  }
  const thick = (shape, scale) => shape.width * Math.max(scale[0], scale[1]);

  // How a press at *at* meets a shape: 0 and more, pixels from what is drawn; null, not at all.
  function met(shape, at, scale, reach) {
    const line = shape.type === "point" ? [shape.xy] : shape.type === "scribble" ? shape.pts : border(shape);
    const far = Math.max(from(at, line, scale) - (shape.type === "scribble" ? thick(shape, scale) / 2 : 0), 0);
    return far <= reach ? far : null;
  }
  const inside = (shape, at) => (shape.type === "box" || shape.type === "poly") && within(at, border(shape).slice(0, -1));

  // The same line with fewer points, nowhere further from it than *slack* pixels (Ramer 1972; Douglas and Peucker 1973).
  function simpler(pts, slack, scale) {
    const keep = new Set([0, pts.length - 1]), open = [[0, pts.length - 1]];
    while (open.length) {
      const [first, last] = open.pop();
      let far = slack, split = -1;
      for (let n = first + 1; n < last; n++) {
        const d = beside(pts[n], pts[first], pts[last], scale);
        if (d > far) [far, split] = [d, n];
      }
      if (split > 0) { keep.add(split); open.push([first, split], [split, last]); }
    }
    return pts.filter((_, n) => keep.has(n));
  }

  const NAMES = { box: "box", point: "point", scribble: "stroke", poly: "outline" };
  const name = (shape) => (shape.neg ? "not " : "") + NAMES[shape.type];
  return { clamp, fine, bounds, moved, resized, handles, held, grown, apart, from, border, thick, met, inside, simpler, name };
})();
