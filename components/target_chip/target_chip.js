// The chip: asks what the draft would do once the person pauses, shows the answer, and keeps what they chose instead. Only
// the newest question counts; nothing here holds up a key or the sending.
unison.PAUSE = 400; // milliseconds after the last key until somebody asks
unison.LATER = 2000; // milliseconds until one asks again who was told that the model is loading or at work for somebody else
unison.LONGEST = 40000; // characters of a draft that are still asked about

// What a call works on, as words: "segment image#1 region#1".
unison.callWords = (call) =>
  [call.task, ...(call.media || []), ...(call.regions || []), ...(call.details || []), ...(call.phrases || []).map((words) => "“" + words + "”")].join(" ");

// The composer's change event ends here: its draft is told to the chip, whoever wrote it.
unison.tellDraft = (value) => window.dispatchEvent(new CustomEvent("unison:draft", {
  detail: { text: String(value?.text || ""), files: (value?.files || []).length },
}));

unison.targetChip = function (element, props, trigger, watch) {
  const { h } = unison;
  const chip = element.querySelector(".u-aim"), menu = element.querySelector(".u-aims");
  const none = () => ({ task: "", media: [], regions: null });
  const state = { asked: 0, timer: 0, choice: none(), target: null, draft: { text: "", files: 0 }, full: false, busy: false };
  const value = () => ({ tasks: [], media: [], regions: [], ...(props.value || {}) });
  const chosen = () => Boolean(state.choice.task || state.choice.media.length || state.choice.regions);
  const tray = () => document.querySelector("#tray .u-tray");
  const keep = () => { props.value = { ...value(), choice: state.choice }; };

  // ---- asking ----
  function ask(delay) {
    clearTimeout(state.timer);
    state.timer = setTimeout(() => {
      if (state.busy && !menu.matches(":popover-open")) return; // asked again when the reply has ended
      state.asked += 1;
      chip.setAttribute("aria-busy", "true");
      trigger("aim", { n: state.asked, text: state.draft.text.length > unison.LONGEST ? "" : state.draft.text, choice: state.choice });
    }, delay);
  }

  const marked = () => Boolean(tray() && !tray().hidden && tray().childElementCount);
  const full = () => Boolean(state.draft.text.trim() || state.draft.files || marked());

  // The draft is another one: what was known of it is stale. One that was sent or wiped takes the choice with it.
  function changed() {
    const now = full();
    if (state.full && !now) { state.choice = none(); state.target = null; keep(); }
    state.full = now;
    state.asked += 1; // an answer that is still under way is about an older draft
    draw();
    ask(unison.PAUSE);
  }

  function heard() {
    const now = value();
    if (now.n !== state.asked) return keep();
    state.target = now.target;
    const here = new Set([...now.media, ...now.regions].map((one) => one.ref));
    state.choice = {
      task: state.choice.task, media: state.choice.media.filter((ref) => here.has(ref)),
      regions: state.choice.regions && state.choice.regions.filter((ref) => here.has(ref)),
    };
    keep();
    chip.removeAttribute("aria-busy");
    draw();
    if (menu.matches(":popover-open")) fill();
    if (now.later && state.full) ask(unison.LATER);
  }

  // ---- showing ----
  const wish = (task) => (task === unison.WORDS ? "answer in words" : task);
  function words() {
    const { target, choice } = state;
    if (target?.fault) return [h("span", { class: "u-fault" }, target.fault)];
    if (target) {
      if (!target.calls.length) return [h("b", {}, "answer in words")];
      return target.calls.flatMap((call, index) => [
        index ? ", then " : null, h("b", {}, call.task), named([...call.media, ...call.regions]),
        (call.details || []).flatMap((words) => [" ", h("span", { class: "u-how" }, words)]),
        call.phrases.map((phrase) => [" ", h("span", { class: "u-said", dir: "auto" }, "“" + phrase + "”")]).flat(),
      ].flat());
    }
    if (!chosen()) return [h("b", {}, "Automatic")];
    return [h("b", {}, wish(choice.task) || "any task"), ...named([...choice.media, ...(choice.regions || [])])];
  }
  const named = (refs) => refs.flatMap((ref) => [" ", h("span", { class: "u-ref" }, ref)]);

  function draw() {
    chip.replaceChildren(h("i", { "aria-hidden": "true" }, "◎"), h("span", { class: "u-aim-words" }, words()), h("i", { "aria-hidden": "true" }, "▾"));
    chip.classList.toggle("u-chosen", chosen());
    const said = state.target?.fault || (state.target
      ? state.target.calls.map(unison.callWords).join(", then ") || "answer in words"
      : chosen() ? [wish(state.choice.task), ...state.choice.media, ...(state.choice.regions || [])].filter(Boolean).join(" ") : "automatic");
    chip.title = said;
    chip.setAttribute("aria-label", "The next message: " + said + (chosen() ? " (chosen by you)" : "") + ". Change it");
  }

  // The choice goes with the message that is sent, and the next one is chosen for anew.
  unison.takeChoice = () => {
    const { choice } = state;
    if (chosen()) { state.choice = none(); state.target = null; keep(); draw(); }
    return choice;
  };

  // ---- the menu ----
  function fill() {
    const change = (choice) => { Object.assign(state, { choice, target: null }); keep(); draw(); fill(); ask(0); };
    const form = unison.targetForm({ ...value(), target: state.target }, state.choice, change, "next");
    const key = menu.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const at = menu.scrollTop;
    menu.replaceChildren(h("div", { class: "u-menu-head" }, h("b", {}, "The next message"),
      h("button", { type: "button", class: "u-btn", "data-key": "auto", disabled: !chosen(), onclick: () => change(none()) }, "Reset"),
      h("button", { type: "button", class: "u-x", "data-key": "close", "aria-label": "Close", onclick: () => menu.hidePopover() }, "✕")), form);
    menu.scrollTop = at;
    if (key) menu.querySelector('[data-key="' + CSS.escape(key) + '"]')?.focus({ preventScroll: true });
  }

  function place() {
    const box = chip.getBoundingClientRect(), wide = document.documentElement.clientWidth;
    menu.style.bottom = Math.round(innerHeight - box.top + 6) + "px";
    menu.style.maxHeight = Math.max(160, Math.round(box.top - 16)) + "px";
    menu.style.right = wide < 640 ? "8px" : Math.round(wide - box.right) + "px";
    menu.style.left = wide < 640 ? "8px" : "auto";
  }

  chip.popoverTargetElement = menu; // the browser opens and closes it, by press, key and Escape
  menu.addEventListener("beforetoggle", (event) => { if (event.newState === "open") { place(); fill(); } });
  menu.addEventListener("toggle", (event) => {
    const open = event.newState === "open";
    chip.setAttribute("aria-expanded", String(open));
    if (open) { (menu.querySelector("input:checked") || menu.querySelector("button"))?.focus({ preventScroll: true }); ask(0); }
  });

  // ---- the rest of the page ----
  const listen = (name, handler) => {
    const wrapped = (event) => (element.isConnected ? handler(event.detail) : window.removeEventListener(name, wrapped));
    window.addEventListener(name, wrapped);
  };
  listen("unison:draft", (draft) => {
    if (draft.text === state.draft.text && draft.files === state.draft.files) return;
    state.draft = draft;
    changed();
  });
  listen("unison:meant", (wish) => trigger("meant", wish));
  listen("unison:answer", (wish) => trigger("answer", wish));
  // What is attached and marked, and whether a reply is being made, is read off the page: no other part need tell.
  const seen = { tray: "", busy: false };
  const look = () => {
    const now = [...(tray()?.querySelectorAll("[data-ref], [data-region], .u-name") || [])].map((node) => node.dataset.ref || node.textContent).join("\n");
    const busy = Boolean(document.querySelector("#box .stop-button"));
    const ended = seen.busy && !busy;
    state.busy = busy;
    if (now !== seen.tray) { seen.tray = now; changed(); }
    else if (ended) { state.target = null; draw(); ask(unison.PAUSE); }
    seen.busy = busy;
  };
  for (const id of ["tray", "box"]) {
    const node = document.getElementById(id);
    if (node) new MutationObserver(look).observe(node, { childList: true, subtree: true });
  }
  watch("value", heard);
  draw();
};
