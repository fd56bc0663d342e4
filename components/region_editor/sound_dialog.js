// The dialog in which a person marks a stretch of a sound, or of a clip's sound, on its waveform. No task takes a region of
// a sound, so the stretch goes into the message as words with exact times: "audio#1 from 1.20 s to 3.40 s".
unison.soundDialog = function (element, references) {
  const { h, local, shapes } = unison;
  const dialog = element.querySelector(".u-stretch"), find = (selector) => dialog.querySelector(selector);
  const wave = find(".u-waveform"), paper = find("canvas"), said = find(".u-hint"), name = find("h2");
  const ends = { from: find('[data-end="from"]'), to: find('[data-end="to"]') };
  const fields = { from: find('[data-field="from"]'), to: find('[data-field="to"]') };
  const LEAST = 0.01; // seconds: the shortest stretch, and the exactness of the words
  let medium = null, samples = null, rate = 1, long = 0, player = null, frame = 0, opened = 0;
  const KEPT = 32, left = new Map(); // by address: the stretch of a sound as it was left, with what can be undone there
  let stretch = { from: 0, to: 0 }, seen = { from: 0, to: 0 }, drag = null, past = [], future = [];

  const say = (text) => { said.textContent = text; };
  const round = (t) => Math.round(t * 100) / 100;
  const words = () => medium.ref + " from " + stretch.from.toFixed(2) + " s to " + stretch.to.toFixed(2) + " s";

  // However the dialog is closed, or another sound comes in: what was marked, or can be done again, stays with its sound.
  function keepLeft() {
    if (!medium || !samples || !long || !(past.length || future.length)) return;
    left.delete(medium.url);
    left.set(medium.url, { stretch, past, future, long });
    if (left.size > KEPT) left.delete(left.keys().next().value);
  }

  async function open(wanted) {
    const turn = (opened += 1);
    keepLeft();
    stop();
    Object.assign(wanted, { url: local(wanted.url) });
    [medium, samples, long, past, future] = [wanted, null, 0, [], []];
    name.textContent = "Mark a stretch of " + (medium.kind === "video" ? "the sound of " : "") + medium.ref;
    if (!dialog.open) dialog.showModal();
    dialog.classList.add("u-busy");
    say("Reading the sound…");
    show();
    try {
      const sound = await unison.decoded(medium.url);
      if (turn !== opened || !dialog.open) return; // closed, or another sound, meanwhile
      [samples, rate, long] = [sound.samples, sound.rate, Math.floor(sound.seconds * 100) / 100];
    } catch (error) {
      if (turn === opened) say(medium.kind === "video" ? "This clip has no sound that can be shown here." : "This sound cannot be shown here.");
      return;
    }
    if (long < 2 * LEAST) { say("This sound is too short to mark a stretch of it."); return; }
    [stretch, seen] = [{ from: 0, to: long }, { from: 0, to: long }];
    const before = left.get(medium.url);
    if (before && before.long === long) ({ stretch, past, future } = before);
    dialog.classList.remove("u-busy");
    say((before ? "The stretch is as you left it. " : "") + "Drag over a stretch, or move its ends. No task takes a region of a sound: the stretch goes into your message as words with exact times.");
    player = h(medium.kind === "video" ? "video" : "audio", { src: medium.url, preload: "auto" });
    show();
    ends.from.focus();
  }

  // ---- the stretch ----
  const keep = (before = { ...stretch }) => { past.push(before); future = []; };
  function set(from, to) {
    from = shapes.clamp(round(from), 0, long - LEAST);
    to = shapes.clamp(round(to), LEAST, long);
    if (to - from < LEAST / 2) to = round(from + LEAST);
    stretch = { from, to };
    show();
  }
  function put(end, t) {
    if (end === "from") set(Math.min(t, stretch.to - LEAST), stretch.to);
    else set(stretch.from, Math.max(t, stretch.from + LEAST));
  }
  function back(source, sink) {
    if (!source.length) return;
    sink.push(stretch);
    stretch = source.pop();
    show();
  }

  // ---- what is seen ----
  const share = (t) => (seen.to > seen.from ? (t - seen.from) / (seen.to - seen.from) : 0);
  function show() {
    const ready = samples !== null && long > 0;
    for (const end of ["from", "to"]) {
      const at = share(stretch[end]);
      ends[end].hidden = !ready || at < -1e-9 || at > 1 + 1e-9;
      ends[end].style.left = at * 100 + "%";
      for (const [key, value] of [["min", 0], ["max", long], ["now", stretch[end]], ["text", stretch[end].toFixed(2) + " seconds"]]) {
        ends[end].setAttribute("aria-value" + key, value);
      }
      if (document.activeElement !== fields[end]) fields[end].value = stretch[end].toFixed(2);
      Object.assign(fields[end], { max: long, disabled: !ready });
    }
    dialog.querySelectorAll("[data-sound]").forEach((node) => { node.disabled = !ready && node.dataset.sound !== "cancel"; });
    find(".u-length").textContent = ready ? (stretch.to - stretch.from).toFixed(2) + " s of " + long.toFixed(2) + " s" : "";
    find(".u-words").textContent = ready ? words() : "";
    if (ready) unison.drawWave(paper, samples, rate, seen, stretch, player && !player.paused ? player.currentTime : null);
    else paper.getContext("2d").clearRect(0, 0, paper.width, paper.height);
  }
  // See a shorter or longer part, round *t*.
  function enlarge(factor, t = (stretch.from + stretch.to) / 2) {
    const least = Math.min(0.05, long), span = shapes.clamp((seen.to - seen.from) / factor, least, long);
    const from = shapes.clamp(t - (t - seen.from) * (span / (seen.to - seen.from)), 0, long - span);
    seen = { from, to: from + span };
    show();
  }
  function wander(by) {
    const span = seen.to - seen.from, from = shapes.clamp(seen.from + by * span, 0, long - span);
    seen = { from, to: from + span };
    show();
  }

  // ---- hearing it ----
  function stop() {
    cancelAnimationFrame(frame);
    player?.pause();
    find('[data-sound="play"] span').textContent = "Play";
  }
  function follow() {
    if (!player || player.paused || player.currentTime >= stretch.to) { stop(); show(); return; }
    show();
    frame = requestAnimationFrame(follow);
  }
  async function play() {
    if (!player || !samples) return;
    if (!player.paused) { stop(); show(); return; }
    player.currentTime = stretch.from;
    find('[data-sound="play"] span').textContent = "Stop";
    try { await player.play(); } catch { stop(); say("The browser cannot play this sound."); return; }
    follow();
  }

  function use() {
    if (!dialog.open || !samples) return;
    const text = words();
    dialog.close();
    references.insert(text);
  }

  // ---- events ----
  const time = (event) => {
    const box = wave.getBoundingClientRect();
    return shapes.clamp(seen.from + ((event.clientX - box.left) / box.width) * (seen.to - seen.from), 0, long);
  };
  wave.addEventListener("pointerdown", (event) => {
    if (!samples || !long || event.button !== 0 || drag) return;
    event.preventDefault();
    const end = event.target.closest("[data-end]")?.dataset.end;
    drag = { id: event.pointerId, end, start: time(event), before: { ...stretch }, moved: false };
    try { wave.setPointerCapture(event.pointerId); } catch { drag = null; return; }
    ends[end || "from"].focus({ preventScroll: true });
  });
  wave.addEventListener("pointermove", (event) => {
    if (event.pointerId !== drag?.id) return;
    const t = time(event);
    if (drag.end) put(drag.end, t);
    else if (drag.moved || Math.abs(share(t) - share(drag.start)) * wave.clientWidth > 4) set(Math.min(t, drag.start), Math.max(t, drag.start));
    else return;
    drag.moved = true;
  });
  const up = (well) => (event) => {
    if (event.pointerId !== drag?.id) return;
    if (drag.moved && well) keep(drag.before);
    else if (drag.moved) set(drag.before.from, drag.before.to);
    drag = null;
  };
  wave.addEventListener("pointerup", up(true));
  wave.addEventListener("pointercancel", up(false));
  wave.addEventListener("lostpointercapture", up(false));
  wave.addEventListener("wheel", (event) => {
    if (!samples) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) enlarge(Math.exp(shapes.clamp(-event.deltaY, -300, 300) / 300), time(event));
    else wander((event.deltaX || event.deltaY) / 1500);
  }, { passive: false });

  function endKey(event, end) {
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    const far = { PageDown: -1, PageUp: 1 }[event.key], edge = { Home: 0, End: long }[event.key];
    if (step === undefined && far === undefined && edge === undefined) return false;
    keep();
    put(end, edge ?? stretch[end] + (far ?? step * (event.shiftKey ? 0.1 : 0.01)));
    return true;
  }
  dialog.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase(), end = event.target.dataset?.end;
    if (!samples || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && (key === "z" || key === "y")) {
      if (key === "y" || event.shiftKey) back(future, past);
      else back(past, future);
    } else if (event.ctrlKey || event.metaKey || event.target.matches("input")) return;
    else if (end && endKey(event, end)) { /* the end has moved */ }
    else if (key === " " && !event.target.matches("button")) play();
    else if (key === "+" || key === "=") enlarge(1.5);
    else if (key === "-") enlarge(1 / 1.5);
    else if (key === "0") enlarge(1e-9);
    else return;
    event.preventDefault();
  });
  for (const end of ["from", "to"]) {
    fields[end].addEventListener("change", () => {
      if (fields[end].value !== "" && Number.isFinite(fields[end].valueAsNumber)) { keep(); put(end, fields[end].valueAsNumber); }
      fields[end].value = stretch[end].toFixed(2);
    });
  }
  const acts = { use, play, cancel: () => dialog.close(), nearer: () => enlarge(1.5), further: () => enlarge(1 / 1.5), whole: () => { keep(); set(0, long); enlarge(1e-9); } };
  dialog.addEventListener("click", (event) => {
    const node = event.target.closest("[data-sound]");
    if (node && !node.disabled) acts[node.dataset.sound]();
  });
  dialog.addEventListener("close", () => {
    if (dialog.open) return; // opened again meanwhile
    keepLeft();
    stop();
    [player, samples] = [null, null];
    opened += 1;
  });
  new ResizeObserver(() => dialog.open && samples && show()).observe(wave);
  return { open };
};
