// The bar under a message (see __init__.py): edit, variants, branch. `words` gives the message's own text.
unison.turnBar = function (turn, words) {
  const { h } = unison;
  const tell = (act, more) => window.dispatchEvent(new CustomEvent("unison:turn", { detail: { act, n: turn.n, ...more } }));
  const button = (label, act, name, onclick) =>
    h("button", { type: "button", class: "u-btn", "data-turn": act, "aria-label": name, title: name, onclick }, label);
  const bar = h("div", { class: "u-turn", role: "group", "aria-label": "This message", "data-n": turn.n });
  unison.arrange?.();

  function edit() {
    const box = h("textarea", { "aria-label": "Your message in other words", dir: "auto", maxlength: 1000000 });
    box.value = words();
    const over = () => {
      show();
      bar.querySelector("[data-turn=edit]").focus();
    };
    const send = () => {
      if (!box.value.trim()) return box.focus();
      over();
      if (box.value !== words()) tell("edit", { text: box.value });
    };
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") over();
      else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    const form = h("form", { onsubmit: (event) => { event.preventDefault(); send(); } }, box,
      h("button", { type: "button", class: "u-btn", "data-turn": "cancel", onclick: over }, "Cancel"),
      h("button", { type: "submit", class: "u-btn u-primary", "data-turn": "save" }, "Send"));
    bar.replaceChildren(form);
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }

  function arrows() {
    const all = turn.variants || [], at = all.indexOf(turn.n);
    if (all.length < 2) return [];
    const step = (label, name, n) => {
      const node = button(label, "choose", name, () => tell("choose", { n }));
      node.disabled = n === undefined;
      return node;
    };
    return [step("‹", "Earlier variant", all[at - 1]),
      h("output", { "aria-label": "Variant " + (at + 1) + " of " + all.length }, at + 1 + " / " + all.length),
      step("›", "Later variant", all[at + 1])];
  }

  function show() {
    if (turn.back) {
      return bar.replaceChildren(h("p", {}, "A message was taken back."), button("Bring it back", "choose", "Bring back what was taken back", () => tell("choose")));
    }
    bar.replaceChildren(...arrows(), ...(turn.edit ? [button("Edit", "edit", "Edit this message", edit)] : []),
      button("Branch", "branch", "New conversation from here on", () => tell("branch")));
  }
  show();
  return bar;
};
