// The room of the chat (see __init__.py): it scrolls, follows its end, and keeps its boxes in the order of what they hold.
unison.talk = function (element) {
  const NEAR = 100; // px from the end within which a reply that grows is followed
  const down = element.querySelector(".u-down");
  const own = element.closest("#talk");
  const room = own.parentElement;
  let atEnd = true, waiting = false, last = 0, said = false;

  const boxes = () => [...room.children].filter((child) => child.classList.contains("u-box-of-turns"));
  const number = (box) => {
    const bar = box.querySelector(".u-turn[data-n]");
    return bar ? Number(bar.dataset.n) : Infinity;
  };

  // The greeting and the cards of an empty chat are read from their top, however low the room is.
  function end() {
    atEnd = true;
    const before = said;
    said = Boolean(room.querySelector(".message-row"));
    if (!said) {
      if (before) room.scrollTop = 0;
      down.hidden = true;
      return;
    }
    room.scrollTop = room.scrollHeight;
    last = room.scrollTop;
    down.hidden = true;
  }

  // A box that was emptied and filled anew goes behind the others; those that stay in order are not touched, since a film
  // that is moved stops.
  function arrange() {
    waiting = false;
    const all = boxes(), ring = all.filter((box) => box.id !== "past");
    if (!ring.length) return; // they come after the room
    const sorted = ring.map((box) => [number(box), box]).sort((a, b) => a[0] - b[0] || a[1].id.localeCompare(b[1].id));
    let next = own;
    for (const [, box] of sorted.reverse()) {
      if (box.nextElementSibling !== next) room.insertBefore(box, next);
      next = box;
    }
    const latest = (sorted.find(([n]) => n !== Infinity) || sorted[sorted.length - 1])[1]; // of an empty chat the one that greets
    ring.forEach((box) => box.classList.toggle("u-last", box === latest));
    all.forEach((box) => box.classList.toggle("u-void", box !== latest && number(box) === Infinity));
    if (atEnd || !said) end();
  }

  unison.arrange = () => {
    if (!waiting) queueMicrotask(arrange);
    waiting = true;
  };

  room.addEventListener("scroll", () => {
    const near = room.scrollHeight - room.scrollTop - room.clientHeight < NEAR;
    // What grows between a scroll to the end and the word of it is no leaving: only who goes up leaves.
    atEnd = near || (atEnd && room.scrollTop >= last - 1);
    last = room.scrollTop;
    down.hidden = atEnd || !said;
    if (atEnd && !near) end();
  }, { passive: true });
  const sizes = new ResizeObserver(() => unison.arrange());
  const watch = () => [room, ...boxes()].forEach((node) => sizes.observe(node));
  new MutationObserver(watch).observe(room, { childList: true });
  watch();
  // Gradio calls a piece of a message what it is made of ("a component of type html", or its words with all tags): who speaks is
  // what a screen reader should say of it, and then the piece itself.
  const SPEAKERS = { user: "You", bot: "Unison" };
  const strangers = Object.entries(SPEAKERS).map(([id, name]) => `[data-testid=${id}]:not([role=group][aria-label=${name}])`).join();
  let calling = false;
  function call() {
    calling = false;
    room.querySelectorAll(strangers).forEach((node) => {
      node.setAttribute("role", "group");
      node.setAttribute("aria-label", SPEAKERS[node.dataset.testid]);
    });
  }
  new MutationObserver(() => {
    if (!calling) requestAnimationFrame(call);
    calling = true;
  }).observe(room, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-label"] });
  call();
  down.addEventListener("click", end);
  window.addEventListener("unison:opened", end);
  unison.arrange();
};
