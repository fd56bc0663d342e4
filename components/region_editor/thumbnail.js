// What the tray shows of a medium, and which files and words the composer holds.

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
    unison.drawShape(overlay, shape, colour(region.index), wide, high, false)));
  const node = h("span", { class: "u-thumb", style: { aspectRatio: wide + " / " + high } }, picture);
  node.append(overlay);
  return node;
};

unison.tellFiles = function (message) {
  const paths = (message?.files || []).map((file) => file.path || "").join("\n");
  // After a send an older word of the composer may still tell of what was sent, so the next file is told whatever its name.
  if (paths !== unison.filesTold || (paths && unison.filesSent)) window.dispatchEvent(new CustomEvent("unison:files", { detail: paths }));
  unison.filesTold = paths;
  if (document.querySelector("#box .thumbnail-wrapper")) unison.filesSent = false;
  window.dispatchEvent(new CustomEvent("unison:words", { detail: message?.text || "" }));
};
