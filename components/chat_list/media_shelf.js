// The media of the open conversation, small: a click on one sends it along with the next message, its name goes into the words.
unison.mediaShelf = function (root, props, trigger, watch) {
  const { h, local } = unison;
  const fold = root.querySelector(".u-shelf"), room = root.querySelector(".u-media");
  let drawn = "";
  fold.addEventListener("toggle", () => trigger("shelf", { open: fold.open }));

  const pictures = {
    image: (medium) => h("img", { src: local(medium.url), alt: "", loading: "lazy", draggable: "false" }),
    mask: (medium) => (local(medium.url) ? pictures.image(medium) : h("i", { "aria-hidden": "true" }, "◐")),
    video: (medium) => h("video", { src: local(medium.url), preload: "metadata", tabindex: -1, "aria-hidden": "true" }),
    audio: () => h("i", { "aria-hidden": "true" }, "♪"),
  };

  function tile(medium) {
    const about = [medium.ref, medium.label || medium.name, medium.here === false ? "on another branch" : ""].filter(Boolean).join(", ");
    return h("figure", { class: "u-medium" + (medium.here === false ? " u-away" : ""), "data-ref": medium.ref },
      h("button", { type: "button", class: "u-pick", "aria-label": "Use " + about + " as input", title: "Use as input",
        onclick: () => window.dispatchEvent(new CustomEvent("unison:use", { detail: [medium] })) }, (pictures[medium.kind] || pictures.audio)(medium)),
      h("button", { type: "button", class: "u-name", "aria-label": "Write " + medium.ref, title: about, onclick: () => window.dispatchEvent(new CustomEvent("unison:refer", { detail: { ref: medium.ref } })) }, medium.ref));
  }

  function draw() {
    const media = (props.value || {}).media;
    const key = media ? JSON.stringify(media) : "";
    if (key === drawn) return;
    drawn = key;
    room.replaceChildren(...(media ? (media.length ? media.map(tile) : [h("p", {}, "There are none yet.")]) : []));
  }
  draw();
  watch("value", draw);
};
