// What is being written outlives the page: gradio loads it anew once a server that was gone is back, and so may the person. Kept
// for this tab alone, by the conversation that it was written in; where storage is off, not at all. So is which conversation is open:
// a page that is loaded again shows that one, a new tab the latest.
unison.wasOpen = function (owner) {
  let open = "";
  try { open = sessionStorage.getItem("unison-open") || ""; } catch { /* off */ }
  return [{ owner, open }];
};
window.addEventListener("unison:opened", () => {
  const open = document.querySelector(".u-chats")?.dataset.current;
  try { open && sessionStorage.setItem("unison-open", open); } catch { /* off, or full */ }
});

unison.draft = function (field, unsent, write) {
  const NAME = "unison-draft", BEGINNING = 300; // characters
  let asked = false, kept = null; // what was read of the store, until it is in the page again

  window.addEventListener("pagehide", () => {
    const chat = document.querySelector(".u-chats")?.dataset.current, { media, attached, regions } = unison.trayNow();
    const sent = unsent().map(({ n, text, after, tray }) => ({ n, text, after, tray: { media: tray.media, attached: tray.attached, regions: tray.regions } }));
    const typed = field()?.value || "";
    const whole = kept ? { ...kept, typed: [kept.typed, typed].filter(Boolean).join("\n") } : { chat, sent, typed, tray: { media, attached, regions } };
    const worth = kept || sent.length || whole.typed.trim() || regions.length || attached.length;
    try { worth ? sessionStorage.setItem(NAME, JSON.stringify(whole)) : sessionStorage.removeItem(NAME); } catch { /* off, or full */ }
  });

  // Called whenever the page tells of its conversation, with the numbers of what waits on the server and the last message that it
  // took in, of which it tells the beginning. Where the conversation in which was written is gone, the words are offered all the same.
  return function restore(waiting, said) {
    if (!asked) {
      asked = true;
      try {
        kept = JSON.parse(sessionStorage.getItem(NAME) || "null");
        sessionStorage.removeItem(NAME);
      } catch { /* off, or not ours */ }
      if (kept && kept.chat !== document.querySelector(".u-chats")?.dataset.current) {
        const words = [...kept.sent.map((entry) => entry.text), kept.typed, field().value].filter((text) => text.trim());
        kept = null;
        if (words.length) requestAnimationFrame(() => requestAnimationFrame(() => write(words.join("\n"))));
      }
    }
    if (!kept || kept.chat !== document.querySelector(".u-chats")?.dataset.current) return;
    const mine = kept;
    kept = null;
    // After what the server sent with the conversation is in the page: it knows the files, but not what was marked on them. What
    // came to it after all, though it could not answer any more, is not offered again.
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const last = said?.text || "", whole = [...last].length < BEGINNING, plain = (text) => (whole ? text : [...text].slice(0, BEGINNING).join("")).trim();
      const came = ({ n, text, after }) => waiting.includes(n) || (said?.n > after && plain(text) === last.trim());
      const lost = mine.sent.filter((entry) => !came(entry));
      const words = [...lost.map((entry) => entry.text), mine.typed].filter((text) => text.trim());
      if (words.length) write(words.join("\n") + (field().value ? "\n" + field().value : ""));
      [mine.tray, ...lost.map((entry) => entry.tray)].forEach((tray) => unison.giveTray(tray));
    }));
  };
};
