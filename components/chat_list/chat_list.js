// The list of conversations: open, rename in place, delete after a second click.
unison.chatList = function (element, props, trigger, watch) {
  const { h } = unison;
  const list = element.querySelector("ul");
  element.querySelector('[data-act="new"]').addEventListener("click", () => trigger("fresh", {}));

  function rename(entry, row) {
    const input = h("input", { type: "text", maxlength: 80, "aria-label": "New name" });
    input.value = entry.title;
    let over = false;
    const end = (keep) => {
      if (over) return;
      over = true;
      if (keep && input.value.trim()) trigger("rename", { id: entry.id, title: input.value.trim() });
      draw();
    };
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") end(true);
      if (event.key === "Escape") end(false);
      event.stopPropagation();
    });
    input.addEventListener("blur", () => end(true));
    row.replaceChildren(input);
    input.focus();
    input.select();
  }

  function drop(entry, button) {
    if (button.dataset.sure) return trigger("remove", { id: entry.id });
    button.dataset.sure = "yes";
    button.textContent = "Delete?";
    button.setAttribute("aria-label", "Really delete " + entry.title);
    setTimeout(() => button.isConnected && draw(), 4000);
  }

  function draw() {
    const value = props.value || {};
    list.parentElement.dataset.current = value.current || ""; // says to tests and styles that the page is ready
    list.replaceChildren(...(value.chats || []).map((entry) => {
      const row = h("li", { class: entry.id === value.current ? "u-on" : "" });
      row.append(
        h("button", { type: "button", class: "u-open", "aria-current": entry.id === value.current ? "true" : null,
          onclick: () => trigger("choose", { id: entry.id }) }, entry.title, h("small", {}, entry.when)),
        h("button", { type: "button", class: "u-x", "aria-label": "Rename " + entry.title, onclick: () => rename(entry, row) }, "✎"));
      const bin = h("button", { type: "button", class: "u-x u-bin", "aria-label": "Delete " + entry.title, onclick: () => drop(entry, bin) }, "✕");
      row.append(bin);
      return row;
    }));
  }
  draw();
  watch("value", draw);
};
