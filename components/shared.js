// What Unison's components share: making elements from data (text is always a text node, never markup), colours, and
// drawing a person's shapes. Shapes are in fractions 0..1 of the upright frame, as the server wants them.
window.unison ??= {};

unison.h = function (tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "style") Object.assign(node.style, value);
    else if (value === true) node.setAttribute(name, "");
    else node.setAttribute(name, String(value));
  }
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
};

unison.svg = function (tag, attributes = {}) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  return node;
};

// Colours of objects, in order; an object keeps its colour by number, and the ninth is the first again.
unison.colour = (index) =>
  ["#f59e0b", "#0ea5e9", "#22c55e", "#ec4899", "#8b5cf6", "#ef4444", "#14b8a6", "#a3a300"][((index % 8) + 8) % 8];

unison.COLOURS = 8;
for (let index = 0; index < unison.COLOURS; index += 1) document.documentElement.style.setProperty("--u-c" + index, unison.colour(index));

// Only addresses of this server, and pictures within the address, are ever loaded, whatever the data says; behind a proxy
// addresses start with its folder.
unison.local = function (url) {
  if (/^data:image\/(jpeg|png|webp);base64,[\w+/=]*$/.test(url)) return url;
  if (typeof url !== "string" || !/^\/(?![/\\])/.test(url)) return "";
  const base = new URL(window.gradio_config?.root || "/", location.href).pathname.replace(/\/$/, "");
  return base + url;
};

unison.number = (value, fallback = 0) => (Number.isFinite(Number(value)) && value !== null ? Number(value) : fallback);

unison.seconds = function (value) {
  const s = unison.number(value);
  if (s < 60) return s.toFixed(s < 10 ? 2 : 1) + " s";
  return Math.floor(s / 60) + ":" + String(Math.floor(s % 60)).padStart(2, "0");
};

// A video's first frame may come later than time zero; the middle of a frame is never its neighbour by rounding.
unison.timeOf = (medium, frame) => unison.number(medium.start) + frame / Math.max(unison.number(medium.fps, 1), 1);
unison.frameOf = (medium, seconds) =>
  Math.round((unison.number(seconds) - unison.number(medium.start)) * Math.max(unison.number(medium.fps, 1), 1));

// An overlay that covers a stage of width x height units exactly.
unison.overlay = (width, height) =>
  unison.svg("svg", {
    viewBox: "0 0 " + width + " " + height, preserveAspectRatio: "none", class: "u-overlay", "aria-hidden": "true",
  });

// Draw one shape on an overlay of width x height units. Strokes keep their thickness on screen, except a scribble's,
// which is a share of the frame's longer side.
unison.drawShape = function (overlay, shape, colour, width, height, selected = true) {
  const join = (pts) => pts.map(([x, y]) => x * width + "," + y * height).join(" ");
  const paint = shape.neg ? "#111827" : colour;
  const line = { fill: "none", "vector-effect": "non-scaling-stroke", stroke: paint, "stroke-width": selected ? 3 : 2 };
  const halo = { ...line, stroke: "#ffffff", "stroke-width": selected ? 5 : 4, "stroke-opacity": 0.7 };
  const both = (tag, attributes) => {
    overlay.append(unison.svg(tag, { ...halo, ...attributes }));
    overlay.append(unison.svg(tag, { ...line, ...attributes }));
  };
  if (shape.type === "box") {
    const [x0, y0, x1, y1] = shape.box;
    const place = { x: x0 * width, y: y0 * height, width: (x1 - x0) * width, height: (y1 - y0) * height };
    overlay.append(unison.svg("rect", { ...place, fill: paint, "fill-opacity": 0.12 }));
    both("rect", place);
  } else if (shape.type === "poly") {
    overlay.append(unison.svg("polygon", { points: join(shape.pts), fill: paint, "fill-opacity": 0.18 }));
    both("polygon", { points: join(shape.pts), "stroke-dasharray": shape.neg ? "6 4" : "none" });
  } else if (shape.type === "scribble") {
    const thick = Math.max(shape.width * Math.max(width, height), 1);
    const pts = shape.pts.length > 1 ? shape.pts : [shape.pts[0], shape.pts[0]];
    overlay.append(unison.svg("polyline", {
      points: join(pts), fill: "none", stroke: paint, "stroke-opacity": 0.55, "stroke-width": thick,
      "stroke-linecap": "round", "stroke-linejoin": "round",
    }));
  } else if (shape.type === "point") {
    // Two zero-length round-capped lines: a dot that stays round and of one size however the overlay is stretched.
    const [x, y] = [shape.xy[0] * width, shape.xy[1] * height];
    const dot = (size, stroke) => overlay.append(unison.svg("line", {
      x1: x, y1: y, x2: x, y2: y, stroke, "stroke-width": size, "stroke-linecap": "round",
      "vector-effect": "non-scaling-stroke",
    }));
    dot(selected ? 16 : 13, "#ffffff");
    dot(selected ? 11 : 9, paint);
    if (shape.neg) dot(4, "#f87171");
  }
};
