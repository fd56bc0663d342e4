// How far a call is. The parts stay and only what they say changes, so that a press on Skip or Stop is never lost to the
// next sign of life, and the picture of what there is so far goes on in its place.
unison.progressBar = function (tell) {
  const CALM = 1000;  // ms between two pictures for who wants little motion
  const { h, local, number } = unison;
  const bar = h("progress", { max: 100, value: 0 }), percent = h("span", {}), word = h("span", {}), time = h("span", {});
  const picture = h("img", { class: "u-preview", alt: "" }), strip = h("div", { class: "u-strip", hidden: true }, picture);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let call = "", seen = "", at = 0;
  const once = (label, name, title) => {
    const node = h("button", { type: "button", class: "u-btn", "data-act": name, title, onclick: () => {
      node.disabled = true;
      tell(name, { call });
    } }, label);
    return node;
  };
  const skip = once("Skip", "skip", "Keep what is done and go on with the next call");
  const halt = once("Stop", "halt", "End the reply; what is done stays");
  const node = h("div", { class: "u-progress" }, h("div", { class: "u-bar" }, bar, percent),
    h("div", { class: "u-word" }, word, time), strip, h("div", { class: "u-actions" }, skip, halt));

  function update(now) {
    const share = Math.round(Math.min(Math.max(number(now.fraction), 0), 1) * 100);
    if ((now.call || "") !== call) {
      call = now.call || "";
      strip.hidden = true;
      [seen, at] = ["", 0];
      [skip, halt].forEach((button) => (button.disabled = false));
    }
    bar.value = share;
    bar.setAttribute("aria-label", now.title);
    percent.textContent = share + " %";
    word.textContent = now.title + (now.word ? " · " + now.word : "");
    time.textContent = now.time || "";
    skip.hidden = !call;
    const address = local(now.preview);
    if (address && address !== seen && (!calm.matches || performance.now() - at >= CALM)) {
      [seen, at] = [address, performance.now()];
      picture.src = address;
      strip.hidden = false;
    }
    picture.alt = `What there is so far, at ${share} %`;
  }
  return { node, update };
};
