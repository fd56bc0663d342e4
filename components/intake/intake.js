// Files on their way (see __init__.py). Gradio's own upload is left out: it tells a refusal at the page's edge, knows nothing of
// files dropped beside the composer, and takes a file of the same content for the one that was sent before.
unison.intake = function (element, props, trigger) {
  const { h } = unison;
  const list = element.querySelector(".u-under-way"), told = element.querySelector(".u-refusals"), hint = element.querySelector(".u-drop");
  const LATER = 5000; // milliseconds until what the server did not answer is asked again, the next time after twice as long
  const rows = new Map(); // what is on its way, by number, in the order of coming
  let asking = [], timer = 0, busy = false;

  const number = () => [...crypto.getRandomValues(new Uint32Array(2))].map((part) => part.toString(36)).join("-");
  const megabytes = (size) => (size / 1e6 < 10 ? (size / 1e6).toFixed(1) : Math.round(size / 1e6)) + " MB";
  const address = () => new URL(window.gradio_config?.root || "/", location.href).pathname.replace(/\/$/, "") + "/gradio_api/upload";

  // By which the server knows whose share of its room an upload takes.
  function who() {
    const NAME = "unison-who", known = localStorage.getItem(NAME);
    if (/^[a-z0-9-]{16,64}$/.test(known)) return known;
    const made = number() + "-" + number() + "-" + number();
    try { localStorage.setItem(NAME, made); } catch { /* full: another number the next time */ }
    return made;
  }

  // ---- what was refused ----
  function refuse(name, what, hintWords, again) {
    const button = (label, spoken, onclick) => h("button", { type: "button", class: "u-btn", "aria-label": spoken, onclick }, label);
    const row = h("div", { class: "u-refusal", dir: "auto" },
      h("span", {}, h("b", {}, name), ": " + what + " " + hintWords),
      again && button("Try again", "Try again: " + name, () => { row.remove(); again(); }),
      button("✕", "Put away: " + name, () => { row.remove(); document.querySelector("#box textarea")?.focus(); }));
    told.append(row);
    while (told.childElementCount > 8) told.firstElementChild.remove();
    row.scrollIntoView({ block: "nearest" });
  }

  // A page that is loaded again has lost what was on its way: its name is kept, and told once the tray is there. What was being read
  // by the server may have come after all.
  const LOST = "unison-under-way";
  const inTray = (name) => { const { media, attached } = unison.trayNow(); return attached.filter((ref) => media[ref]?.name === name).length; };
  window.addEventListener("pagehide", () => {
    if (!element.isConnected) return;
    const lost = [...rows.values()].filter((row) => !row.gone).map(({ name, path }) => ({ name, came: Boolean(path), before: inTray(name) }));
    try { lost.length ? sessionStorage.setItem(LOST, JSON.stringify(lost)) : sessionStorage.removeItem(LOST); } catch { /* off, or full */ }
  });
  function tellLost() {
    if (!document.querySelector(".u-chats")?.dataset.current) return;
    window.removeEventListener("unison:opened", tellLost);
    let lost = [];
    try {
      lost = JSON.parse(sessionStorage.getItem(LOST) || "[]");
      sessionStorage.removeItem(LOST);
    } catch { /* off, or not ours */ }
    if (lost.length) requestAnimationFrame(() => requestAnimationFrame(() => {
      const tell = (names, what, remedy) => names.length && refuse(names.join(", "), (names.length > 1 ? "They were" : "It was") + what, remedy + (names.length > 1 ? " them again." : " it again."));
      const missing = lost.filter(({ name, came, before }) => !came || inTray(name) <= before), names = (came) => missing.filter((one) => one.came === came).map((one) => one.name);
      tell(names(false), " still on the way when the page was loaded again, and did not arrive.", "Drop");
      tell(names(true), " still being read when the page was loaded again.", "If nothing of it is in the tray, drop");
    }));
  }
  window.addEventListener("unison:opened", tellLost);
  tellLost();

  // What is wrong with a file as far as a browser can tell: [what, hint], or null. What it is in truth is looked at by the server.
  function fault(file, folder) {
    if (folder) return ["This is a folder.", "Open it and take the files in it."];
    if (/zip/.test(file.type)) return ["This is an archive.", "Unpack it first. A saved conversation is loaded in the list of conversations."];
    if (!/^(|(image|video|audio)\/.*|application\/(octet-stream|ogg|mp4|mxf|x-matroska))$/.test(file.type))
      return ["This is not a picture, a video or a sound.", "Save or export it as one of these, such as PNG, MP4 or WAV."];
    if (!file.size) return ["The file is empty.", "Save it again and take that."];
    if (file.size > props.bytes_most) return ["The file has " + megabytes(file.size) + "; the limit is " + megabytes(props.bytes_most) + ".", "Make it shorter or smaller."];
    return null;
  }

  // ---- on the way ----
  unison.takeFiles = function (files, folders = []) {
    const held = document.querySelectorAll("#tray .u-tile").length + rows.size;
    let room = Math.max(props.files_most - held, 0), over = 0;
    [...files].forEach((file, place) => {
      const name = file.name || "What was pasted", wrong = fault(file, folders[place]);
      if (wrong) refuse(name, ...wrong);
      else if (room <= 0) over += 1;
      else {
        room -= 1;
        const n = number();
        rows.set(n, { n, file, name, share: 0, path: "", entry: null, gone: false });
      }
    });
    if (over) refuse(over === 1 ? "One file" : over + " files", "A message takes at most " + props.files_most + " files.", "Send them in several messages.");
    draw();
    next();
  };

  function next() {
    const row = [...rows.values()].find((one) => !one.path);
    if (busy || !row) return;
    busy = true;
    const request = (row.request = new XMLHttpRequest()), data = new FormData();
    data.append("files", row.file, row.n + ".upload"); // a name that no other upload has: each is one file on the server too
    const failed = (what, remedy, again) => {
      drop(row, true);
      if (!row.gone) refuse(row.name, what, remedy, again && (() => unison.takeFiles([row.file])));
    };
    request.upload.addEventListener("progress", (event) => { row.share = event.total ? event.loaded / event.total : 0; draw(); });
    request.addEventListener("load", () => {
      let path = "";
      try { path = request.status === 200 ? JSON.parse(request.responseText)[0] : ""; } catch { path = ""; }
      if (path) row.path = path;
      else if (request.status === 413) failed("The file is larger than the limit of " + megabytes(props.bytes_most) + ".", "Make it shorter or smaller.");
      else if (request.status === 507) failed(request.responseText.slice(0, 300), "Try again later.", true);
      else failed("The server did not take it (" + request.status + ").", "Try it again.", true);
    });
    request.addEventListener("error", () => failed("The upload was cut off.", "Try again when the network is back.", true));
    request.addEventListener("abort", () => drop(row, true));
    request.addEventListener("loadend", () => { busy = false; draw(); ask(); next(); });
    request.open("POST", address());
    request.setRequestHeader("x-unison-who", who());
    request.send(data);
  }

  // ---- the server's answer ----
  function ask() {
    if (asking.length) return;
    asking = [...rows.values()].filter((row) => row.path).map((row) => row.n);
    let wait = LATER;
    const press = () => {
      clearTimeout(timer);
      asking = asking.filter((n) => rows.has(n));
      if (!asking.length) return;
      trigger("files", { files: asking.map((n) => ({ n, path: rows.get(n).path, name: rows.get(n).name })) });
      timer = setTimeout(press, wait); // an answer that was lost on the way; the server takes each in only once
      wait *= 2;
    };
    press();
  }

  // Take what the server says of files out of what it says of the tray, and put what belongs to a message that waits for
  // it there. Returns what is left for the tray, and what is to be done once the tray has it; `forget` takes a file away again.
  unison.taken = function (value, forget) {
    const { taken, ...rest } = value, away = new Set(), later = [];
    for (const one of taken || []) {
      const row = rows.get(one.n);
      if (!row) continue;
      rows.delete(one.n);
      if (!one.ref) later.push(() => { if (!row.gone) refuse(row.name, one.what, one.hint); row.entry?.without(); });
      else if (row.gone) { away.add(one.ref); later.push(() => forget(one.ref)); }
      else if (row.entry) { away.add(one.ref); row.entry.having(value.media[one.ref]); }
    }
    later.push(() => {
      asking = asking.filter((n) => rows.has(n));
      if (!asking.length) ask();
      draw();
      unison.filesCame?.();
    });
    return [away.size ? { ...rest, attached: rest.attached.filter((ref) => !away.has(ref)) } : rest, () => later.forEach((act) => act())];
  };

  function drop(row, failed) {
    rows.delete(row.n);
    if (failed) row.entry?.without();
    draw();
    unison.filesCame?.();
  }

  // The files that belong to a message which is sent now.
  unison.claimFiles = (entry) => rows.forEach((row) => !row.entry && !row.gone && (row.entry = entry));
  unison.filesAwaited = (entry) => [...rows.values()].some((row) => row.entry === entry);
  unison.filesUnderWay = () => [...rows.values()].some((row) => !row.entry && !row.gone);
  unison.freeFiles = (entry) => rows.forEach((row) => row.entry === entry && (row.entry = null));

  function draw() {
    const shown = [...rows.values()].filter((row) => !row.gone);
    list.hidden = !shown.length;
    const known = new Map([...list.children].map((node) => [node.dataset.n, node]));
    list.replaceChildren(...shown.map((row) => {
      const node = known.get(row.n) || h("li", { "data-n": row.n, dir: "auto" }, h("span", {}),
        h("progress", { max: 1, value: 0, "aria-label": "Upload of " + row.name }),
        h("button", { type: "button", class: "u-btn", "aria-label": "Cancel the upload of " + row.name, onclick: () => {
          row.gone = true;
          if (row.path) draw(); // the server has it; its answer takes it away
          else if (row.request) row.request.abort();
          else drop(row, false);
        } }, "Cancel"));
      node.firstChild.textContent = (row.path ? "Taking in " : "Uploading ") + row.name + " · " + megabytes(row.file.size);
      node.children[1].value = row.share;
      return node;
    }));
  }

  // ---- the ways in ----
  const here = () => element.isConnected;
  window.addEventListener("change", (event) => {
    const input = event.target;
    if (!here() || !input.matches?.("#box input[type=file]")) return;
    event.stopImmediatePropagation();
    const files = [...input.files];
    input.value = ""; // the same file may be chosen again
    if (files.length) unison.takeFiles(files);
  }, true);

  const elsewhere = (node) => node.closest?.("input, textarea, [contenteditable=true]") && !node.closest("#box");
  window.addEventListener("paste", (event) => {
    const data = event.clipboardData;
    if (!here() || !data || elsewhere(event.target)) return;
    const files = [...data.files], text = data.getData("text/plain");
    if (text.length > props.text_most) {
      event.preventDefault();
      event.stopImmediatePropagation();
      refuse("The pasted text", "It has " + text.length.toLocaleString("en") + " characters; the limit is " + props.text_most.toLocaleString("en") + ".", "Paste a part of it.");
    } else if (files.length && !(text.trim() && data.types.includes("text/html"))) { // a table is its words, not its picture
      event.preventDefault();
      event.stopImmediatePropagation();
      unison.takeFiles(files);
    }
  }, true);

  // The whole page takes what is dropped, so a file beside the composer never opens in the page's place.
  let inner = false; // a drag that began on the page itself brings no file
  window.addEventListener("dragstart", () => (inner = true), true);
  window.addEventListener("dragend", () => (inner = false), true);
  const brings = (event) => !inner && [...(event.dataTransfer?.types || [])].includes("Files");
  let gone = 0; // a drag that ends outside, or by Escape, tells nobody: one that goes on tells so several times a second
  const hide = () => (hint.hidden = true);
  const over = (event) => {
    if (!here()) return;
    const files = brings(event);
    hint.hidden = !files;
    clearTimeout(gone);
    gone = setTimeout(hide, 800);
    if (!files && event.target.closest?.("input, textarea, [contenteditable=true]")) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.dataTransfer) event.dataTransfer.dropEffect = files ? "copy" : "none";
  };
  window.addEventListener("dragenter", over, true);
  window.addEventListener("dragover", over, true);
  window.addEventListener("dragleave", (event) => event.relatedTarget || hide(), true);
  window.addEventListener("drop", (event) => {
    if (!here()) return;
    hide();
    if (!brings(event)) {
      if (!event.target.closest?.("input, textarea, [contenteditable=true]")) event.preventDefault();
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const folders = [...event.dataTransfer.items].filter((item) => item.kind === "file").map((item) => item.webkitGetAsEntry?.()?.isDirectory);
    unison.takeFiles(event.dataTransfer.files, folders);
  }, true);
};
