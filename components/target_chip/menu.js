// The form in which a person chooses task, medium and marks: the chip's menu before a message, "I meant" after it. It is made
// of the browser's own radio buttons and boxes, so that arrow keys, names and states are what everybody is used to.
unison.NEWEST = 12; // media that are offered, the latest
unison.WORDS = "in words"; // what stands in place of a task where the reply shall be words alone

// Tasks that can work on what is here; those that need nothing always can.
unison.fitting = function (data, choice) {
  const wanted = choice.media.length ? data.media.filter((medium) => choice.media.includes(medium.ref)) : data.media;
  const kinds = new Set(wanted.map((medium) => medium.kind));
  if (kinds.has("mask")) kinds.add("image");
  return data.tasks.filter((task) => task.name === choice.task || !task.kinds.length || task.kinds.some((kind) => kinds.has(kind)));
};

// data: {tasks, media, regions} of the chip's value; changed(choice) is called with every other choice; name: of the form.
unison.targetForm = function (data, choice, changed, name) {
  const { h, colour } = unison;
  const pill = (type, group, key, on, words, act, about) => {
    const input = h("input", { type, name: name + "-" + group, value: key, "data-key": group + "-" + key, onchange: act });
    input.checked = on;
    return h("label", { class: "u-pill", title: about || null }, input, words);
  };
  const group = (words, pills) => h("fieldset", { class: "u-choices" }, h("legend", {}, words), pills);
  const tasks = unison.fitting(data, choice);
  const guess = choice.task || !data.target || data.target.fault ? "" : ": " + (data.target.calls[0]?.task || "answer in words");
  const help = choice.task === unison.WORDS ? "Words alone: nothing is made or changed." : data.tasks.find((task) => task.name === choice.task)?.help;
  const parts = [group("Task", [
    pill("radio", "task", "", !choice.task, (data.command ? "As it was" : "Automatic") + guess, () => changed({ ...choice, task: "" }), data.command ? "what the command says" : "the model decides"),
    data.command ? null : pill("radio", "task", unison.WORDS, choice.task === unison.WORDS, "Answer in words", () => changed({ ...choice, task: unison.WORDS }), "nothing is made or changed"),
    ...tasks.map((task) => pill("radio", "task", task.name, task.name === choice.task, task.name, () => changed({ ...choice, task: task.name }), task.help)),
  ]), h("p", { class: "u-about-task" }, help || (data.command ? "What the command says." : "The model decides from your words."))];
  const media = data.media.slice(-unison.NEWEST).reverse();
  if (media.length) {
    parts.push(group("On", [
      pill("radio", "media", "", !choice.media.length, data.command ? "As it was" : "Automatic", () => changed({ ...choice, media: [] })),
      ...media.map((medium) => pill("radio", "media", medium.ref, choice.media.includes(medium.ref),
        [unison.icon(medium), h("span", {}, medium.ref + (medium.name ? " · " + medium.name : ""))], () => changed({ ...choice, media: [medium.ref] }))),
    ]));
  }
  const regions = data.regions.filter((region) => !choice.media.length || choice.media.includes(region.of));
  if (regions.length) {
    const picked = choice.regions || [];
    const flip = (ref) => picked.includes(ref) ? picked.filter((one) => one !== ref) : [...picked, ref];
    parts.push(group("Marks", [
      pill("radio", "marks", "auto", choice.regions === null, data.command ? "As it was" : "Automatic", () => changed({ ...choice, regions: null })),
      pill("radio", "marks", "none", choice.regions !== null && !picked.length, "None", () => changed({ ...choice, regions: [] })),
      ...regions.map((region) => pill("checkbox", "region", region.ref, picked.includes(region.ref),
        [h("span", { class: "u-swatch", style: { background: colour(region.index) } }), region.ref + (region.label ? " " + region.label : "") + " on " + region.of],
        () => changed({ ...choice, regions: flip(region.ref) }))),
    ]));
  }
  return h("div", { class: "u-form" }, parts);
};

// A tiny picture of a medium, or a sign where it has none.
unison.icon = function (medium) {
  const { h, local } = unison;
  if (medium.kind === "image" && local(medium.url)) return h("img", { src: local(medium.url), alt: "", class: "u-tiny", loading: "lazy" });
  return h("span", { class: "u-tiny", "aria-hidden": "true" }, { audio: "♪", video: "▶", mask: "◩" }[medium.kind] || "▣");
};
