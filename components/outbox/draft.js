// What is being written outlives the page: gradio loads it anew once a server that was gone is back, and so may the person. Kept
// for this tab alone, by the conversation that it was written in; where storage is off, not at all.
unison.draft = function (field, unsent, write) {
  const NAME = "unison-draft";
  let asked = false;

  window.addEventListener("pagehide", () => {
    const chat = document.querySelector(".u-chats")?.dataset.current, { media, attached, regions } = unison.trayNow();
    const words = [...unsent().map((entry) => entry.text), field()?.value || ""].filter((text) => text.trim());
    const trays = [...unsent().map((entry) => entry.tray), { media, attached, regions }];
    const whole = {
      chat, words, media: Object.assign({}, ...trays.map((tray) => tray.media)),
      attached: [...new Set(trays.flatMap((tray) => tray.attached))], regions: trays.flatMap((tray) => tray.regions),
    };
    const worth = words.length || whole.regions.length || whole.attached.length;
    try { worth ? sessionStorage.setItem(NAME, JSON.stringify(whole)) : sessionStorage.removeItem(NAME); } catch { /* off, or full */ }
  });

  // Called when the page shows its conversation for the first time.
  return function restore() {
    if (asked) return;
    asked = true;
    let kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(NAME) || "null");
      sessionStorage.removeItem(NAME);
    } catch { /* off, or not ours */ }
    if (!kept || kept.chat !== document.querySelector(".u-chats")?.dataset.current) return;
    // After what the server sent with the conversation is in the page: it knows the files, but not what was marked on them. What
    // came to it after all, though it could not answer any more, is not offered again.
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const said = [...document.querySelectorAll("[data-testid=user] .u-text")].map((node) => node.textContent).at(-1);
      const words = kept.words.filter((text, place) => place === kept.words.length - 1 || text !== said);
      if (words.length) write(words.join("\n") + (field().value ? "\n" + field().value : ""));
      unison.giveTray({ media: kept.media, attached: kept.attached, regions: kept.regions });
    }));
  };
};
