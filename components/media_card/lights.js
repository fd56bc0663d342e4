// Words, masks, boxes and their names light up together: whatever carries a class "u-k-..." is lit with all others that
// carry it, while a pointer or the focus is on one of them. A tap, a click or Enter on a word or a name keeps it lit until
// the next one, or Escape. One set of listeners serves the whole page, since cards come and go.
unison.lights = (function () {
  const MARK = "u-k-";
  let pinned = "", lit = "";

  const keysOf = (node) => [...node.classList].filter((name) => name.startsWith(MARK));

  const carriers = (keys) => keys.flatMap((key) => [...document.querySelectorAll("." + CSS.escape(key))]);

  // What is lit and lies in a clip is sought there: such a node has a function *light*.
  function set(keys, seek = true) {
    const wanted = keys.join(" ");
    if (wanted === lit) return;
    lit = wanted;
    document.querySelectorAll(".u-lit").forEach((node) => node.classList.remove("u-lit"));
    carriers(keys).forEach((node) => {
      node.classList.add("u-lit");
      if (seek) node.light?.();
    });
  }

  const rest = () => set(pinned ? pinned.split(" ") : []);

  function pin(keys) {
    pinned = pinned === keys.join(" ") ? "" : keys.join(" ");
    document.querySelectorAll(".u-tag[aria-pressed]").forEach((node) =>
      node.setAttribute("aria-pressed", String(pinned !== "" && keysOf(node).some((key) => keys.includes(key)))));
    lit = null;
    rest();
  }

  const over = (event) => {
    if (event.pointerType === "touch") return; // a finger has no hover: its tap comes as a click
    const node = event.target.closest?.('[class*="' + MARK + '"]:not(.u-mask)');
    if (node) set(keysOf(node));
    else if (!event.target.closest?.(".u-masked")) rest();
  };
  document.addEventListener("pointerover", over);
  document.addEventListener("focusin", (event) => {
    const node = event.target.closest?.('[class*="' + MARK + '"]');
    if (node && node.matches(":focus-visible")) set(keysOf(node));
  });
  document.addEventListener("focusout", rest);
  document.addEventListener("click", (event) => {
    const node = event.target.closest?.(".u-ph, .u-tag, .u-box, .u-dot, .u-mark, .u-span");
    if (!node || !keysOf(node).length) return;
    pin(keysOf(node));
    // A word that names a stretch of time is also heard, or seen to move, as long as it is lit.
    if (!node.matches(".u-ph, .u-tag")) return;
    const first = carriers(keysOf(node)).find((other) => other.go);
    if (pinned) first?.go();
    else first?.cease();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && pinned) pin(pinned.split(" "));
  });
  // What was drawn anew meanwhile is lit again, and nothing is sought for that.
  return { set, rest, pin, pinned: () => pinned.split(" ").filter(Boolean), again: () => { lit = null; set(pinned ? pinned.split(" ") : [], false); } };
})();

// Make the masks on a stage tell which of them the pointer is on, and put each one's name on it. *layers* are elements
// with data-ref. Returns put(index, map), which tells where a mask is: {wide, high, inside(x, y)}, a small copy of it.
unison.maskNames = function (node, masks, layers) {
  const { h, colour, lights } = unison;
  const maps = masks.map(() => null), names = masks.map(() => null);
  node.classList.add("u-masked");

  function put(index, map) {
    maps[index] = map;
    name(masks[index], index);
  }

  // The name stands on the pixel of the mask that is nearest to the middle of all its pixels.
  function name(mask, index) {
    const { wide, high, inside } = maps[index], places = [];
    for (let y = 0; y < high; y += 1) for (let x = 0; x < wide; x += 1) if (inside(x, y)) places.push([x, y]);
    if (!places.length) {
      names[index]?.remove();
      names[index] = null;
      return;
    }
    const middle = [0, 1].map((axis) => places.reduce((sum, place) => sum + place[axis], 0) / places.length);
    const far = ([x, y]) => (x - middle[0]) ** 2 + (y - middle[1]) ** 2;
    const [x, y] = places.reduce((best, place) => (far(place) < far(best) ? place : best));
    const place = { left: ((x + 0.5) / wide) * 100 + "%", top: ((y + 0.5) / high) * 100 + "%" };
    if (names[index]) {
      Object.assign(names[index].style, place);
      return;
    }
    names[index] = h("span", {
      class: "u-label u-k-" + mask.key, "aria-hidden": "true", style: { ...place, borderColor: colour(mask.hue) },
    }, mask.label || mask.ref);
    // Pictures load in any order; names stand in that of the masks, so that where two overlap the same one is always on top.
    node.insertBefore(names[index], names.slice(index + 1).find(Boolean) || null);
    lights.again();
  }

  const at = (event) => {
    const box = node.getBoundingClientRect();
    const place = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    // The last layer lies on top.
    for (let index = layers.length - 1; index >= 0; index -= 1) {
      const map = maps[index];
      if (!map || layers[index].hidden) continue;
      const [x, y] = [Math.floor(place[0] * map.wide), Math.floor(place[1] * map.high)];
      if (x >= 0 && y >= 0 && x < map.wide && y < map.high && map.inside(x, y)) return masks[index];
    }
    return null;
  };
  node.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch") return;
    const mask = at(event);
    if (mask) lights.set(["u-k-" + mask.key]);
    else lights.rest();
  });
  node.addEventListener("pointerleave", () => lights.rest());
  node.addEventListener("click", (event) => {
    const mask = at(event);
    if (mask) lights.pin(["u-k-" + mask.key]);
  });
  return { put };
};

// The small copies of masks that are pictures of the server; told(index, map) as each has loaded.
unison.maskPictures = function (masks, told) {
  const SIDE = 160;
  const { h, local } = unison;
  masks.forEach((mask, index) => {
    const image = new Image();
    image.onload = () => {
      const scale = SIDE / Math.max(image.naturalWidth, image.naturalHeight, 1);
      const wide = Math.max(1, Math.round(image.naturalWidth * scale)), high = Math.max(1, Math.round(image.naturalHeight * scale));
      const sheet = h("canvas", { width: wide, height: high }), pen = sheet.getContext("2d", { willReadFrequently: true });
      pen.drawImage(image, 0, 0, wide, high);
      const pixels = pen.getImageData(0, 0, wide, high).data;
      told(index, { wide, high, inside: (x, y) => pixels[4 * (y * wide + x)] > 127 });
    };
    image.src = local(mask.url);
  });
};
