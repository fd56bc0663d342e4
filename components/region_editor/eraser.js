// What is left of a person's marks where the eraser went. Strokes are cut, points go, outlines lose the part under it, and
// boxes, which are whole or nothing, go when their line is touched. With *whole*, everything that is touched goes.
unison.eraser = function () {
  const { fine, apart, from, border, thick, inside, bounds, simpler } = unison.shapes;
  const DOT = 6; // pixels: half of the dot that a point is drawn as
  const GRID = 1000; // cells along the longer side of an outline that is cut

  function cut(stroke, path, reach, scale) {
    const lost = (at) => from(at, path, scale) <= reach;
    const pieces = [];
    let piece = [], last = null, gone = false;
    // Where a line from what is kept to what is lost passes the eraser's edge.
    function edge(kept, away) {
      for (let n = 0; n < 12; n++) {
        const middle = [(kept[0] + away[0]) / 2, (kept[1] + away[1]) / 2];
        if (lost(middle)) away = middle;
        else kept = middle;
      }
      return kept.map(fine);
    }
    for (const at of stroke.pts) {
      const steps = last ? Math.max(Math.ceil(apart(last, at, scale) / 2), 1) : 1;
      for (let n = 1; n <= steps; n++) {
        const here = last ? [last[0] + ((at[0] - last[0]) * n) / steps, last[1] + ((at[1] - last[1]) * n) / steps] : at;
        const before = last && n > 1 ? [last[0] + ((at[0] - last[0]) * (n - 1)) / steps, last[1] + ((at[1] - last[1]) * (n - 1)) / steps] : last;
        const away = lost(here);
        if (before && away && !gone) { piece.push(edge(before, here)); pieces.push(piece); piece = []; }
        if (before && !away && gone) piece.push(edge(here, before));
        if (!away && n === steps) piece.push(at);
        gone = away;
      }
      last = at;
    }
    if (piece.length) pieces.push(piece);
    return pieces.map((pts) => ({ ...stroke, pts }));
  }

  // The lines round the filled cells of a grid, each closed, walked with the filled cells to the right.
  function traced(filled, wide, high) {
    const full = (x, y) => x >= 0 && y >= 0 && x < wide && y < high && filled[y * wide + x] > 0;
    const ways = new Map(), key = (x, y) => y * (wide + 1) + x;
    const way = (x0, y0, x1, y1) => { const k = key(x0, y0); (ways.get(k) || ways.set(k, []).get(k)).push([x1, y1]); };
    for (let y = 0; y < high; y++) for (let x = 0; x < wide; x++) {
      if (!full(x, y)) continue;
      if (!full(x, y - 1)) way(x, y, x + 1, y);
      if (!full(x + 1, y)) way(x + 1, y, x + 1, y + 1);
      if (!full(x, y + 1)) way(x + 1, y + 1, x, y + 1);
      if (!full(x - 1, y)) way(x, y + 1, x, y);
    }
    const loops = [];
    for (const [start, out] of ways) {
      while (out.length) {
        const loop = [];
        let at = [start % (wide + 1), Math.floor(start / (wide + 1))];
        do {
          loop.push(at);
          at = ways.get(key(...at)).pop();
        } while (at[0] !== loop[0][0] || at[1] !== loop[0][1]);
        loops.push(loop);
      }
    }
    return loops;
  }

  const area = (loop) => loop.reduce((sum, [x, y], n) => {
    const [u, v] = loop[(n + 1) % loop.length];
    return sum + (x * v - u * y) / 2;
  }, 0);

  // A hole joined to the line round it, where the two are nearest: one closed line, as an outline must be.
  function joined(outer, hole) {
    let best = [Infinity, 0, 0];
    outer.forEach(([x, y], n) => hole.forEach(([u, v], m) => {
      const far = Math.hypot(x - u, y - v);
      if (far < best[0]) best = [far, n, m];
    }));
    const [, n, m] = best;
    return [...outer.slice(0, n + 1), ...hole.slice(m), ...hole.slice(0, m + 1), ...outer.slice(n)];
  }

  // An outline less what lies under the eraser: painted on a grid, rubbed out, and traced again. Corners that are still
  // there keep their exact places.
  function bitten(outline, path, reach, scale) {
    const [x0, y0, x1, y1] = bounds(outline);
    const unit = Math.max((x1 - x0) * scale[0], (y1 - y0) * scale[1], 1) / GRID;
    const wide = Math.ceil(((x1 - x0) * scale[0]) / unit) + 2, high = Math.ceil(((y1 - y0) * scale[1]) / unit) + 2;
    const sheet = new OffscreenCanvas(wide, high), pen = sheet.getContext("2d", { willReadFrequently: true });
    const cell = ([x, y]) => [((x - x0) * scale[0]) / unit + 1, ((y - y0) * scale[1]) / unit + 1];
    const line = (pts) => { pen.beginPath(); pts.map(cell).forEach(([x, y], n) => (n ? pen.lineTo(x, y) : pen.moveTo(x, y))); };
    const count = () => {
      const pixels = pen.getImageData(0, 0, wide, high).data, cells = new Uint8Array(wide * high);
      for (let n = 0; n < cells.length; n++) cells[n] = pixels[4 * n + 3] > 127 ? 1 : 0;
      return cells;
    };
    line(outline.pts);
    pen.fill("evenodd");
    const before = count();
    pen.globalCompositeOperation = "destination-out";
    Object.assign(pen, { lineWidth: (2 * reach) / unit, lineCap: "round", lineJoin: "round" });
    line(path.length > 1 ? path : [path[0], [path[0][0], path[0][1] + 1e-9]]);
    pen.stroke();
    const after = count();
    if (after.every((v, n) => v === before[n])) return [outline];
    const corners = outline.pts.map((at) => [at, cell(at)]);
    const exact = ([x, y]) => {
      const near = corners.find(([, [u, v]]) => Math.hypot(u - x, v - y) < 2.5);
      return near ? near[0] : [fine(x0 + ((x - 1) * unit) / scale[0]), fine(y0 + ((y - 1) * unit) / scale[1])];
    };
    const loops = traced(after, wide, high).filter((loop) => Math.abs(area(loop)) > 40);
    const whole = loops.filter((loop) => area(loop) > 0).map((loop) => simpler([...loop, loop[0]], 1.1, [1, 1]).slice(0, -1));
    for (const loop of loops.filter((other) => area(other) < 0)) {
      const hole = simpler([...loop, loop[0]], 1.1, [1, 1]).slice(0, -1);
      const round = whole.findIndex((pts) => inside({ type: "poly", pts }, [hole[0][0] + 0.01, hole[0][1] + 0.01]));
      if (round >= 0) whole[round] = joined(whole[round], hole);
    }
    return whole.filter((pts) => pts.length > 2).map((pts) => ({ ...outline, pts: pts.map(exact) }));
  }

  function crossing(one, other) {
    const turn = (a, b, c) => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
    for (let n = 1; n < one.length; n++) for (let m = 1; m < other.length; m++) {
      const [a, b, c, d] = [one[n - 1], one[n], other[m - 1], other[m]];
      if (turn(a, b, c) !== turn(a, b, d) && turn(c, d, a) !== turn(c, d, b)) return true;
    }
    return false;
  }
  const touching = (path, line, reach, scale) => path.some((at) => from(at, line, scale) <= reach)
    || line.some((at) => from(at, path, scale) <= reach) || crossing(path, line);

  // *shapes* without what a round eraser of *radius* pixels met along *path*; those it did not meet are the same objects.
  return function (shapes, path, radius, scale, whole) {
    const way = simpler(path, 0.7, scale);
    return shapes.flatMap((shape) => {
      const reach = radius + (shape.type === "scribble" ? thick(shape, scale) / 2 : shape.type === "point" ? DOT : 0);
      const line = shape.type === "point" ? [shape.xy] : shape.type === "scribble" ? shape.pts : border(shape);
      if (!touching(way, line, reach, scale) && !(shape.type === "poly" && inside(shape, way[0]))) return [shape];
      if (whole || shape.type === "box" || shape.type === "point") return [];
      return shape.type === "poly" ? bitten(shape, way, radius, scale) : cut(shape, way, reach, scale);
    });
  };
};
