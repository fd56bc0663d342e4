// A clip with its frames one by one, and a sound with its picture: the waveform above, the spectrogram below it.
unison.frames = function (item, film) {
  const { h, number, timeOf, frameOf } = unison;
  const last = Math.max(Math.round(number(item.frames, 1)) - 1, 0);
  const told = h("output", {}), now = () => Math.min(Math.max(frameOf(item, film.currentTime - 0.5 / Math.max(number(item.fps, 1), 1)), 0), last);
  const tell = () => (told.textContent = "frame " + now() + " of " + last + " · " + timeOf(item, now()).toFixed(2) + " s");
  const go = (frame) => {
    film.pause();
    // The middle of a frame is never its neighbour by rounding.
    film.currentTime = timeOf(item, Math.min(Math.max(frame, 0), last) + 0.5);
  };
  const button = (label, name, step) =>
    h("button", { type: "button", class: "u-btn", "data-act": name, "aria-label": (step < 0 ? "Previous" : "Next") + " frame", onclick: () => go(now() + step) }, label);
  const scrubber = h("input", { type: "range", min: 0, max: last, step: 1, value: 0, "aria-label": "Frame of " + item.ref, oninput: () => go(number(scrubber.value)) });
  ["timeupdate", "seeked", "loadedmetadata"].forEach((name) => film.addEventListener(name, () => { tell(); scrubber.value = now(); }));
  const play = h("button", { type: "button", class: "u-btn", "data-act": "play", onclick: () => (film.paused ? film.play().catch(() => {}) : film.pause()) }, "Play");
  ["play", "pause", "ended"].forEach((name) => film.addEventListener(name, () => (play.textContent = film.paused ? "Play" : "Pause")));
  tell();
  return h("div", { class: "u-framebar" }, play, button("‹", "back", -1), scrubber, button("›", "next", 1), told);
};

// The picture of a sound; a click or drag on it goes there, and a line shows where the sound is. The player below does the
// same by keyboard, so the picture needs no focus of its own.
unison.soundPicture = function (item, player) {
  const { h, local, number } = unison;
  const line = h("div", { class: "u-head" });
  const node = h("div", { class: "u-wave" },
    h("img", { src: local(item.wave), alt: "Waveform and spectrogram of " + item.ref, draggable: "false", loading: "lazy" }),
    unison.stretches(item, player), line);
  const length = () => (Number.isFinite(player.duration) ? player.duration : number(item.duration)) || 1;
  const show = () => (line.style.left = (player.currentTime / length()) * 100 + "%");
  const step = () => { show(); if (!player.paused && node.isConnected) requestAnimationFrame(step); };
  ["timeupdate", "seeked", "loadedmetadata"].forEach((name) => player.addEventListener(name, show));
  player.addEventListener("play", step);
  const seek = (event) => {
    const box = node.getBoundingClientRect();
    player.currentTime = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * length();
  };
  node.addEventListener("pointerdown", (event) => { if (event.button === 0) { node.setPointerCapture(event.pointerId); seek(event); } });
  node.addEventListener("pointermove", (event) => { if (node.hasPointerCapture(event.pointerId)) seek(event); });
  return node;
};
