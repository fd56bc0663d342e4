// A result beside what it was made from: a slider, side by side, or the original for as long as a button is held. For
// pictures and clips of one size all three, for other sizes and for sounds the last two. *item.before* is {kind, ref, url,
// same}; *node* the stage that shows the result, *media* its img, video or audio element. Returns the parts to put under it.
unison.compare = function (item, node, media) {
  const { h, local } = unison;
  // A player that shows no controls of its own gets none here.
  const own = media.controls === true, before = item.before, sound = before.kind === "audio", film = before.kind === "video";
  const tag = (text) => h("span", { class: "u-which" }, text);
  let old = null, player = null, slider = null, line = null, mode = "", held = false, unfollow = () => {};

  const button = (label, attributes, onclick) => h("button", { type: "button", class: "u-btn", ...attributes, onclick }, label);

  // Keep *copy* at the moment of *main*, whatever is done to that one.
  function follow(main, copy) {
    const steps = {
      play: () => copy.play().catch(() => {}), pause: () => copy.pause(), ratechange: () => (copy.playbackRate = main.playbackRate),
      seeking: () => (copy.currentTime = main.currentTime),
      timeupdate: () => { if (Math.abs(copy.currentTime - main.currentTime) > 0.12) copy.currentTime = main.currentTime; },
    };
    for (const [name, step] of Object.entries(steps)) main.addEventListener(name, step);
    copy.currentTime = main.currentTime;
    if (!main.paused) steps.play();
    return () => { for (const [name, step] of Object.entries(steps)) main.removeEventListener(name, step); copy.pause(); };
  }

  function original() {
    if (old) return old;
    old = before.kind === "image"
      ? h("img", { src: local(before.url), alt: before.ref + ", before", class: "u-before", draggable: "false" })
      : h(film ? "video" : "audio", { src: local(before.url), preload: "auto", playsinline: film, class: "u-before", "aria-label": before.ref + ", before" });
    if (sound) player = h("div", { class: "u-sound" }, local(before.wave) && unison.soundPicture(before, old), old);
    if (!sound) old.classList.toggle("u-contain", !before.same);
    if (film) old.muted = true;
    return old;
  }

  const beside = h("div", { class: "u-stage u-beside" });
  const pair = h("div", { class: "u-pair" }, beside, node);
  const marks = [tag("before"), tag("after")];

  function lay() {
    unfollow();
    unfollow = () => {};
    [slider, line, ...marks].forEach((part) => part?.remove());
    const side = mode === "side" && !held;
    pair.classList.toggle("u-side", side);
    // The player's own controls would lie half under the original; the bar of frames below has a button to play.
    if (film) media.controls = own && (side || (!mode && !held));
    if (!mode && !held) { old?.remove(); return; }
    const copy = original();
    if (sound && side) player.append(copy); // it was with the result while it was held
    copy.style.clipPath = "";
    if (side) {
      beside.style.aspectRatio = sound ? "" : node.style.aspectRatio;
      beside.append(sound ? player : copy, marks[0]);
      node.append(marks[1]);
      if (sound) copy.controls = true;
    } else {
      if (sound) copy.controls = false;
      node.append(copy, ...(held ? [marks[0]] : []));
    }
    if (film && (side || mode === "slider" || held)) unfollow = follow(media, copy);
    if (mode === "slider" && !held) slide(copy);
  }

  function slide(copy) {
    slider ??= h("input", { type: "range", min: 0, max: 100, value: 50, class: "u-slider", "aria-label": "Before and after" });
    line ??= h("div", { class: "u-line" }, h("span", {}, "before"), h("span", {}, "after"));
    const place = () => {
      copy.style.clipPath = "inset(0 " + (100 - slider.value) + "% 0 0)";
      line.style.left = slider.value + "%";
      slider.setAttribute("aria-valuetext", slider.value + " % before");
    };
    slider.oninput = place;
    place();
    node.append(line, slider);
  }

  // A sound is heard instead of seen: while held, the original goes on where the result was.
  function swap(on) {
    if (!sound) return;
    const [from, to] = on ? [media, original()] : [original(), media];
    const playing = !from.paused;
    from.pause();
    to.currentTime = Math.min(from.currentTime, Number.isFinite(to.duration) ? to.duration : from.currentTime);
    if (on || playing) to.play().catch(() => {});
  }

  function hold(on) {
    if (held === on) return;
    held = on;
    holder.setAttribute("aria-pressed", String(on));
    if (mode !== "side" || !sound) lay();
    swap(on);
  }

  const holder = button(sound ? "Hold: hear the original" : "Hold: see the original", { "data-act": "hold", "aria-pressed": "false" });
  holder.addEventListener("pointerdown", (event) => { if (event.button === 0) { holder.setPointerCapture(event.pointerId); hold(true); } });
  ["pointerup", "pointercancel", "blur"].forEach((name) => holder.addEventListener(name, () => hold(false)));
  holder.addEventListener("contextmenu", (event) => event.preventDefault());
  holder.addEventListener("keydown", (event) => { if (event.key === " " || event.key === "Enter") { event.preventDefault(); hold(true); } });
  holder.addEventListener("keyup", (event) => { if (event.key === " " || event.key === "Enter") hold(false); });

  const ways = before.same && !sound ? [["slider", "Slider"], ["side", "Side by side"]] : [["side", sound ? "Both" : "Side by side"]];
  const choices = ways.map(([name, label]) => button(label, { "data-way": name, "aria-pressed": "false" }, () => choose(name)));
  const bar = h("div", { class: "u-ways", role: "group", "aria-label": "Compare with " + before.ref, hidden: true },
    h("span", {}, "with " + before.ref), choices, holder);

  function choose(name) {
    mode = name;
    choices.forEach((node) => node.setAttribute("aria-pressed", String(node.dataset.way === name)));
    lay();
  }

  const open = button("Compare", { "data-act": "compare", "aria-pressed": "false", "aria-expanded": "false" }, () => {
    const on = bar.hidden;
    bar.hidden = !on;
    ["aria-pressed", "aria-expanded"].forEach((name) => open.setAttribute(name, String(on)));
    choose(on ? ways[0][0] : "");
  });
  return { open, bar, pair };
};
