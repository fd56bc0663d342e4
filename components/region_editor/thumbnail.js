// What the tray shows of a medium.

// A small picture of a medium with what is marked on it; of a video, the frame of the first mark.
unison.thumbnail = function (medium, regions) {
  const { h, local, number, colour, timeOf, frameOf } = unison;
  if (medium.kind === "audio") return h("span", { class: "u-icon" }, "♪");
  if (!local(medium.url)) return h("span", { class: "u-icon" }, "◩");
  const wide = number(medium.width, 4), high = number(medium.height, 3);
  const picture = medium.kind === "video"
    ? h("video", { src: local(medium.url), preload: "metadata", muted: true, playsinline: true, tabindex: -1, "aria-hidden": "true" })
    : h("img", { src: local(medium.url), alt: "", draggable: "false" });
  if (medium.kind === "video") {
    picture.muted = true;
    const frame = regions.length ? frameOf(medium, regions[0].time) : 0;
    const shown = regions.length ? timeOf(medium, frame + 0.5) : number(medium.poster, timeOf(medium, 0.5));
    picture.addEventListener("loadedmetadata", () => (picture.currentTime = shown), { once: true });
  }
  const overlay = unison.overlay(wide, high);
  regions.forEach((region) => region.shapes.forEach((shape) =>
    unison.drawShape(overlay, shape, colour(region.id - 1), wide, high, false)));
  const node = h("span", { class: "u-thumb", style: { aspectRatio: wide + " / " + high } }, picture);
  node.append(overlay);
  return node;
};
