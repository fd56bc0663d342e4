// The list of conversations: search, open, rename in place, delete and take that back; and what the page tells about turns.
unison.chatList = function (element, props, trigger, watch) {
  const { h } = unison;
  const root = element.querySelector(".u-chats"), list = root.querySelector("ul");
  const seek = root.querySelector(".u-seek"), gone = root.querySelector(".u-gone"), none = root.querySelector(".u-none");
  let waiting = 0, hide = 0, told = "", saved = 0, listed = "";

  const press = (act, event) => root.querySelector('[data-act="' + act + '"]').addEventListener("click", () => trigger(event, {}));
  press("new", "fresh");
  press("bundle", "bundle");
  press("replay", "replay");
  press("cease", "cease");
  seek.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => trigger("seek", { words: seek.value }), 250);
  });

  function rename(entry, row) {
    const input = h("input", { type: "text", maxlength: 80, "aria-label": "New name" });
    input.value = entry.title;
    let over = false;
    const end = (keep) => {
      if (over) return;
      over = true;
      listed = "";
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

  // What was deleted can be brought back as long as this line stands.
  function regret(entry) {
    const key = entry ? entry.id : "";
    if (key === told) return;
    told = key;
    clearTimeout(hide);
    gone.hidden = !entry;
    if (!entry) return;
    gone.replaceChildren(h("span", {}, "Deleted “" + entry.title + "”."),
      h("button", { type: "button", class: "u-btn", "data-act": "restore", onclick: () => trigger("restore", { id: entry.id }) }, "Undo"));
    hide = setTimeout(() => (gone.hidden = true), unison.number(entry.seconds, 20) * 1000);
  }

  function replayed(now) {
    const room = root.querySelector(".u-replay"), stop = room.querySelector("button");
    if (room.hidden !== !now) stop.disabled = false;
    room.hidden = !now;
    root.querySelector('[data-act="replay"]').disabled = Boolean(now);
    if (!now) return;
    room.querySelector("progress").value = Math.round(unison.number(now.share) * 100);
    const words = room.querySelector("p");
    if (words.textContent !== now.words) words.textContent = now.words; // said once a call
  }
  root.querySelector('[data-act="cease"]').addEventListener("click", (event) => (event.currentTarget.disabled = true));

  function row(entry, value) {
    const node = h("li", { class: entry.id === value.current ? "u-on" : "" });
    node.append(
      h("button", { type: "button", class: "u-open", "aria-current": entry.id === value.current ? "true" : null,
        onclick: () => trigger("choose", { id: entry.id }) }, entry.title, h("small", {}, entry.when)),
      h("button", { type: "button", class: "u-x", "aria-label": "Rename " + entry.title, onclick: () => rename(entry, node) }, "✎"),
      h("button", { type: "button", class: "u-x u-bin", "aria-label": "Delete " + entry.title, onclick: () => trigger("remove", { id: entry.id }) }, "✕"));
    return node;
  }

  function draw() {
    const value = props.value || {};
    const opened = root.dataset.current !== (value.current || "");
    root.dataset.current = value.current || ""; // says to tests and styles that the page is ready
    if (opened) window.dispatchEvent(new CustomEvent("unison:opened"));
    // Left alone while nothing of it has changed: somebody may be writing a new name, and a replay tells how far it is.
    const now = JSON.stringify([value.current, value.chats]);
    if (now !== listed) list.replaceChildren(...(value.chats || []).map((entry) => row(entry, value)));
    listed = now;
    replayed(value.replay);
    none.hidden = !value.words || (value.chats || []).length > 0;
    none.textContent = none.hidden ? "" : "Nothing was found.";
    regret(value.gone);
    if (value.download && value.download.n !== saved) {
      saved = value.download.n;
      h("a", { href: unison.local(value.download.url), download: value.download.name }).click();
    }
    window.dispatchEvent(new CustomEvent("unison:outbox", { detail: { waiting: value.waiting, said: value.said, sent: value.sent, back: value.back } }));
    if (value.follow) trigger("look", { id: value.current });
  }
  unison.mediaShelf(root, props, trigger, watch);
  unison.keepUp(props, trigger);
  draw();
  watch("value", draw);
};

// A tab that was away looks whether it missed something: after a lost network, and when it is seen again.
unison.keepUp = function (props, trigger) {
  let last = 0;
  const look = () => {
    const now = Date.now(), open = (props.value || {}).current;
    if (!open || document.hidden || now - last < 1500) return; // a page that is still being loaded would be shown the latest
    last = now;
    trigger("look", { id: open });
  };
  window.addEventListener("online", look);
  window.addEventListener("focus", look);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("unison:turn", (event) => trigger("turn", event.detail));
};
