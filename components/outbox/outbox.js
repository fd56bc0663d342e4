// Sending (see __init__.py). A press on Send takes words, tray and choice out of the page before anything else can happen, so a
// second press finds nothing, and what is typed from then on is the next message.
unison.outbox = function (element, trigger) {
  const { h } = unison;
  const list = element.querySelector(".u-outbox"), field = () => document.querySelector("#box textarea");
  const SLOW = 600, LOST = 8000; // milliseconds until a message on its way is shown, and until it is said not to have come
  const AGAIN = 1000; // milliseconds in which a press on Stop is another one for the same reply
  const entries = new Map(); // what was sent from here and is not in the conversation yet, by number
  const wanted = new Map(); // what was sent before the page was loaded again, and is asked back: its words come from the server
  let waiting = [], drawn = "", latest = -1; // the number of the last message that the server is known to have

  const chat = () => document.querySelector(".u-chats")?.dataset.current;
  const number = () => [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join("-");
  const held = (entry) => !entry.posted && entry.waits; // for its files, or until the server has the message before it
  const flies = (entry) => !held(entry) && !entry.state && Date.now() - entry.since < LOST;
  const unposted = () => [...entries.values()].find((entry) => !entry.posted && !entry.waits);

  function write(text) {
    const node = field(), shift = text.length - node.value.length, at = [node.selectionStart + shift, node.selectionEnd + shift];
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(node), "value").set.call(node, text);
    node.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertReplacementText" }));
    node.setSelectionRange(Math.max(at[0], 0), Math.max(at[1], 0));
  }

  window.addEventListener("unison:write", (event) => element.isConnected && write(event.detail));

  // Take what the composer holds; null where there is nothing, as at a second press. What the microphone recorded becomes a
  // file only while it is being sent.
  function take() {
    const text = field().value, tray = unison.takeTray();
    const recorded = document.querySelector("#box [data-testid^=minimal-audio]"); // only gradio's own event takes it along, at once
    if (!text.trim() && !tray.attached.length && !tray.regions.length && !recorded && !unison.filesUnderWay()) return null;
    const entry = { n: number(), text, tray, choice: unison.takeChoice(), posted: false, state: "", since: Date.now(), chat: chat(), after: latest };
    entry.having = (medium) => {
      tray.media = { ...tray.media, [medium.ref]: medium };
      tray.attached = [...tray.attached, medium.ref];
    };
    entry.without = () => entries.has(entry.n) && giveBack(entry);
    if (!recorded) unison.claimFiles(entry);
    entry.waits = !recorded && (unison.filesAwaited(entry) || [...entries.values()].some((one) => held(one) || flies(one)));
    entries.set(entry.n, entry);
    if (text) write("");
    draw();
    setTimeout(draw, SLOW);
    setTimeout(unison.filesCame, LOST);
    return entry;
  }

  function pressed(event) {
    if (!element.isConnected) return;
    const entry = take();
    if (entry && !entry.waits) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  // Send the first that waits here, in the order of the presses: of two that are under way at once the later may come first. A
  // message never goes into another conversation than it was written in.
  unison.filesCame = () => {
    for (const entry of [...entries.values()].filter(held)) {
      if (unison.filesAwaited(entry) || [...entries.values()].some(flies)) break;
      if (entry.chat !== chat()) { giveBack(entry); continue; }
      Object.assign(entry, { waits: false, since: Date.now() });
      trigger("again", {});
      setTimeout(unison.filesCame, LOST);
    }
    draw();
  };
  window.addEventListener("keypress", (event) => {
    if (event.key === "Enter" && !event.shiftKey && event.target.matches?.("#box textarea")) pressed(event);
  }, true);
  window.addEventListener("click", (event) => event.target.closest?.("#box [data-testid=submit-button]") && pressed(event), true);

  // A second press on Stop is meant for the same reply; later it would end the one that waited for it.
  let stopped = -Infinity;
  window.addEventListener("click", (event) => {
    if (!element.isConnected || !event.target.closest?.("#box .stop-button")) return;
    if (event.timeStamp - stopped < AGAIN) event.stopImmediatePropagation();
    stopped = event.timeStamp; // as long as they go on they are one storm, however slowly the page takes them
  }, true);

  unison.post = function (box, tray, chip, owner) {
    const entry = unposted() || take();
    if (!entry || entry.waits) return [{ text: "", files: [] }, tray, chip, owner];
    entry.posted = true;
    const files = JSON.parse(JSON.stringify((box || {}).files || []));
    // Its own buttons are the composer's only way of letting go of files and of nothing else.
    files.forEach(() => document.querySelector("#box .thumbnail-wrapper .delete-button")?.click());
    return [{ text: entry.text, files }, { ...entry.tray, sent: entry.n }, { ...chip, choice: entry.choice }, owner];
  };

  function giveBack(entry) {
    entries.delete(entry.n);
    unison.freeFiles(entry);
    const typed = field().value;
    if (entry.text) write(entry.text + (typed ? "\n" + typed : ""));
    if (entry.tray) unison.giveTray(entry.tray);
  }

  const restore = unison.draft(field, () => [...entries.values()].filter((entry) => !entry.state || entry.state === "lost"), write);

  function heard({ waiting: line, said, sent, back }) {
    waiting = line || [];
    if (chat()) restore(waiting.map((one) => one.n), said);
    latest = said?.n ?? -1;
    for (const entry of [...entries.values()]) {
      const state = (sent || {})[entry.n] || "";
      if (state === "taken" || state === "gone") entries.delete(entry.n);
      else if (state === "refused" || state === "back") giveBack(entry);
      else if (!held(entry)) entry.state = state || (entry.state && "lost");
    }
    for (const one of [...wanted.values()]) {
      if ((sent || {})[one.n] !== "back") continue;
      wanted.delete(one.n);
      giveBack({ ...one, text: (back || {})[one.n] ?? one.text });
    }
    unison.filesCame();
  }

  function row(one, words, again) {
    const button = (label, name, onclick) => h("button", { type: "button", class: "u-btn", "aria-label": name, onclick }, label);
    return h("li", { "data-n": one.n, dir: "auto" }, h("span", {}, words + " " + one.text),
      one.left && button("Send now", "Send this message now", ({ currentTarget: pressed }) => {
        pressed.disabled = true;
        setTimeout(() => (pressed.disabled = false), AGAIN); // what is refused stays here and may be sent again
        trigger("onward", { n: one.n });
      }),
      again && button("Send again", "Send this message again", () => {
        Object.assign(one, { posted: false, state: "", since: Date.now() });
        trigger("again", {});
        draw();
      }),
      button("Take back", "Take this message back into the composer", () => {
        if (entries.has(one.n) && held(one)) { giveBack(one); draw(); return; }
        if (!entries.has(one.n)) wanted.set(one.n, one);
        trigger("unsend", { n: one.n });
      }));
  }

  function draw() {
    list.dataset.sending = entries.size; // tells tests and styles how much is on its way
    const now = Date.now(), own = [...entries.values()].filter((entry) => (!entry.chat || entry.chat === chat()) && !waiting.some((one) => one.n === entry.n));
    const late = own.filter((entry) => now - entry.since >= SLOW - 20 || entry.state);
    const lost = (entry) => !held(entry) && (entry.state === "lost" || (!entry.state && now - entry.since >= LOST - 20));
    const told = JSON.stringify([waiting.map((one) => [one.n, one.left]), late.map((entry) => [entry.n, lost(entry), unison.filesAwaited(entry)])]);
    if (told === drawn) return;
    drawn = told;
    list.replaceChildren(...waiting.map((one) => row(one, one.left ? "Not answered yet:" : "Waits for the reply:")),
      ...late.map((entry) => (lost(entry) ? row(entry, "Not sent:", true) : row(entry, unison.filesAwaited(entry) ? "Waits for its files:" : "Sending:"))));
    list.hidden = !list.childElementCount;
  }

  window.addEventListener("unison:outbox", (event) => element.isConnected && heard(event.detail));
};
