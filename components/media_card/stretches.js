// Stretches of time that words name, on the waveform of a sound or on a line under a clip. Lit with their words; a press on the
// words plays them once, a press here goes where it falls.
unison.stretches = function (item, player) {
  const { h, number, colour, seconds } = unison;
  const half = player.tagName === "VIDEO" ? 0.5 / Math.max(number(item.fps, 1), 1) : 0;
  let until = null;
  const length = () => (Number.isFinite(player.duration) ? player.duration : number(item.start) + number(item.duration)) || 1;

  function check() {
    if (until === null || player.currentTime < until - 0.01) return;
    player.pause();
  }
  const follow = () => { check(); if (until !== null && player.isConnected) requestAnimationFrame(follow); };
  player.addEventListener("timeupdate", check);
  player.addEventListener("pause", () => (until = null));

  const nodes = (item.stretches || []).map((entry) => {
    const [from, to] = entry.span.map((v) => number(v));
    const node = h("div", {
      class: ["u-span", ...[entry.key, ...(entry.also || [])].map((key) => "u-k-" + key)].join(" "),
      title: [entry.label, seconds(from) + " to " + seconds(to)].filter(Boolean).join(" · "), "data-from": from, "data-to": to, style: { color: colour(entry.hue) },
    });
    const place = () => {
      const share = (at) => Math.min(Math.max(at / length(), 0), 1) * 100;
      Object.assign(node.style, { left: share(from) + "%", width: "max(3px, " + (share(to) - share(from)) + "%)" });
    };
    player.addEventListener("loadedmetadata", place);
    place();
    node.go = () => {
      player.currentTime = from + half;
      player.play().then(() => { until = Math.min(to, length()); follow(); }, () => {});
    };
    node.cease = () => until !== null && player.pause();
    if (half) node.light = () => unison.seekInto(player, [from, to], half);
    return node;
  });
  return nodes;
};

// Bring a film that stands still into a stretch of time, unless it is there.
unison.seekInto = function (film, [from, to], half) {
  if (film.paused && (film.currentTime < from || film.currentTime >= to)) film.currentTime = from + half;
};

// The line under a clip, or in place of a sound's picture where there is none.
unison.timeLine = function (item, player) {
  const { h, number } = unison;
  if (!(item.stretches || []).length) return null;
  const head = h("div", { class: "u-head" });
  const node = h("div", { class: "u-times" }, unison.stretches(item, player), head);
  const length = () => (Number.isFinite(player.duration) ? player.duration : number(item.start) + number(item.duration)) || 1;
  ["timeupdate", "seeked", "loadedmetadata"].forEach((name) =>
    player.addEventListener(name, () => (head.style.left = (player.currentTime / length()) * 100 + "%")));
  node.addEventListener("click", (event) => {
    const box = node.getBoundingClientRect();
    player.currentTime = ((event.clientX - box.left) / box.width) * length();
  });
  return node;
};

// Places on the frames of a film: seen in their own stretch of time, where they have one, and sought when they are lit.
unison.timedPlaces = function (item, film, places) {
  const half = 0.5 / Math.max(unison.number(item.fps, 1), 1);
  const timed = places.filter(({ entry }) => entry.span);
  if (!timed.length) return;
  const show = () => timed.forEach(({ node, entry }) => {
    node.hidden = film.currentTime < entry.span[0] - half || film.currentTime >= entry.span[1];
  });
  timed.forEach(({ node, entry }) => (node.light = () => unison.seekInto(film, entry.span, half)));
  ["timeupdate", "seeked", "loadedmetadata"].forEach((name) => film.addEventListener(name, show));
  show();
};
