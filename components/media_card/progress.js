// How far a call is. The parts stay and only what they say changes, so that a press on Skip or Stop is never lost to the
// next sign of life; the last pictures made on the way stand in a row, a strip of film.
unison.progressBar = function (tell) {
  const MOST = 5;
  const { h, local, number } = unison;
  const bar = h("progress", { max: 100, value: 0 }), percent = h("span", {}), word = h("span", {}), time = h("span", {});
  // It may be wider than the card: by its focus, the arrow keys move it.
  const strip = h("div", { class: "u-strip", tabindex: 0, role: "group", "aria-label": "Pictures made on the way", hidden: true });
  let call = "", seen = "";
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
      strip.replaceChildren();
      [skip, halt].forEach((button) => (button.disabled = false));
    }
    bar.value = share;
    bar.setAttribute("aria-label", now.title);
    percent.textContent = share + " %";
    word.textContent = now.title + (now.word ? " · " + now.word : "");
    time.textContent = now.time || "";
    skip.hidden = !call;
    const picture = local(now.preview);
    if (picture && picture !== seen) {
      seen = picture;
      strip.append(h("img", { src: picture, alt: "on the way, " + share + " %", class: "u-preview", onload: () => (strip.scrollLeft = strip.scrollWidth) }));
      while (strip.childNodes.length > MOST) strip.firstChild.remove();
    }
    strip.hidden = !strip.childNodes.length;
  }
  return { node, update };
};
