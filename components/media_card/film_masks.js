// The masks of a clip over the clip itself, frame by frame. Their file holds COCO's run lengths, a text for each frame; it is
// fetched when the card comes into view, and a frame is unpacked when it is shown.

// The run lengths of COCO's text: from the fourth on the difference to the last but one, five bits a character.
unison.unpackRuns = function (text) {
  const counts = [];
  for (let at = 0; at < text.length;) {
    let value = 0, shift = 0, code;
    do {
      code = text.charCodeAt(at++) - 48;
      value |= (code & 31) << shift;
      shift += 5;
    } while (code & 32);
    if (code & 16) value |= -1 << shift;
    counts.push(value + (counts.length > 2 ? counts[counts.length - 2] : 0));
  }
  return counts;
};

// Put the masks of *item* over *film* on the stage *node*. Returns the layers, one element for each.
unison.filmMasks = function (item, node, film) {
  const PAINTED = 480, LOOKED = 160; // longest sides of what is painted, and of what is looked up in and named
  const MOST = 1e8; // pixels of a frame, more than any that is taken in
  const { h, local, number, colour, timeOf } = unison;
  const last = Math.max(Math.round(number(item.frames, 1)) - 1, 0);
  let tracks = null, loading = null, shown = -1, touched = false;

  const layers = item.masks.map((mask, index) => {
    const layer = h("canvas", { class: "u-mask u-k-" + mask.key, "data-ref": mask.ref });
    layer.light = () => load().then(() => go(index));
    return layer;
  });
  node.append(...layers);
  const names = unison.maskNames(node, item.masks, layers);
  const now = () => Math.min(Math.max(Math.floor((film.currentTime - number(item.start)) * Math.max(number(item.fps), 1) + 1e-3), 0), last);
  const there = (track, frame) => unison.unpackRuns(track.counts[frame] || "").length > 1;

  // Every pixel of one frame's mask, column by column as COCO has them.
  function pixels(track, frame) {
    const [high, wide] = track.size, whole = new Uint8Array(high * wide);
    let at = 0;
    unison.unpackRuns(track.counts[frame] || "").forEach((run, index) => {
      if (index % 2) whole.fill(1, at, at + run);
      at += run;
    });
    return whole;
  }

  function sampled(track, whole, side) {
    const [high, wide] = track.size, scale = Math.min(1, side / Math.max(high, wide));
    const w = Math.max(1, Math.round(wide * scale)), t = Math.max(1, Math.round(high * scale));
    const rows = Array.from({ length: t }, (_, y) => Math.min(high - 1, Math.floor(((y + 0.5) * high) / t)));
    const columns = Array.from({ length: w }, (_, x) => Math.min(wide - 1, Math.floor(((x + 0.5) * wide) / w)) * high);
    return { wide: w, high: t, inside: (x, y) => whole[columns[x] + rows[y]] === 1 };
  }

  function paint(frame) {
    if (!tracks || frame === shown) return;
    shown = frame;
    node.dataset.frame = frame;
    layers.forEach((layer, index) => {
      const track = tracks[index], whole = track && pixels(track, frame);
      if (!whole) return;
      const { wide, high, inside } = sampled(track, whole, PAINTED);
      [layer.width, layer.height] = [wide, high];
      const pen = layer.getContext("2d"), sheet = pen.createImageData(wide, high);
      const ink = [1, 3, 5].map((at) => parseInt(colour(item.masks[index].hue).slice(at, at + 2), 16));
      for (let y = 0, to = 0; y < high; y += 1) for (let x = 0; x < wide; x += 1, to += 4) if (inside(x, y)) sheet.data.set([...ink, 255], to);
      pen.putImageData(sheet, 0, 0);
      names.put(index, sampled(track, whole, LOOKED));
    });
  }

  // Where mask *index* is not to be seen on the frame that is shown, the nearest one on which it is.
  function go(index) {
    const track = tracks?.[index];
    if (!track || !film.paused || there(track, now())) return;
    const here = now(), near = track.counts.map((_, frame) => frame).sort((a, b) => Math.abs(a - here) - Math.abs(b - here));
    const frame = near.find((one) => there(track, one));
    if (frame !== undefined) film.currentTime = timeOf(item, frame + 0.5);
  }

  const load = () => (loading ??= fetched());
  async function fetched() {
    tracks = await Promise.all(item.masks.map(async (mask) => {
      try {
        const track = await (await fetch(local(mask.file))).json();
        const [high, wide] = track.size.map(Number);
        return Array.isArray(track.counts) && high > 0 && wide > 0 && high * wide <= MOST ? track : null;
      } catch {
        return null; // gone, or the network is: the names and the file to save are there all the same
      }
    }));
    paint(now());
    // What is followed may come later than the frame that stands for the clip.
    if (!touched && !tracks.some((track) => track && there(track, now()))) go(tracks.findIndex(Boolean));
  }

  film.addEventListener("play", () => (touched = true));
  ["loadeddata", "seeked", "timeupdate", "pause"].forEach((name) => film.addEventListener(name, () => film.seeking || paint(now())));
  const each = (_, about) => {
    paint(Math.min(Math.max(Math.round((about.mediaTime - number(item.start)) * Math.max(number(item.fps), 1)), 0), last));
    film.requestVideoFrameCallback(each);
  };
  film.requestVideoFrameCallback?.(each);
  // The room of the chat is known once the card stands in it.
  requestAnimationFrame(() => {
    const near = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      load();
    }, { root: node.closest("#chat"), rootMargin: "300px" });
    near.observe(node);
  });
  return { layers, frame: () => Math.max(shown, 0), picture: (index) => whitened(layers[index]) };

  // The mask as it is shown, white on black: what the editor lays under a person's marks.
  function whitened(layer) {
    const sheet = h("canvas", { width: layer.width, height: layer.height }), pen = sheet.getContext("2d");
    pen.drawImage(layer, 0, 0);
    pen.globalCompositeOperation = "source-in";
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, sheet.width, sheet.height);
    pen.globalCompositeOperation = "destination-over";
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, sheet.width, sheet.height);
    return sheet.toDataURL("image/png");
  }
};
