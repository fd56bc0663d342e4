// What a mouse, a finger, a pen, a wheel and the keyboard do in the region dialog. One pointer draws; two fingers, the
// middle button, or a drag with Space held move the picture; Ctrl and the wheel, or a pinch, enlarge it.
unison.regionGestures = function (desk, view, tools, dialog, room) {
  const held = new Map(); // every pointer that is down, by id: where it is on the screen
  let mode = null; // "draw", "pan", "pinch", or "over": fingers of a pinch that are still down
  let space = null; // Space is held: "down", and "used" once it has moved the picture

  const middle = () => {
    const [a, b] = [...held.values()];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, far: Math.max(Math.hypot(a.x - b.x, a.y - b.y), 1) };
  };
  const spot = (event) => ({ x: event.clientX, y: event.clientY });

  room.addEventListener("pointerdown", (event) => {
    if (!desk.medium || (event.pointerType === "mouse" && held.size)) return;
    event.preventDefault();
    desk.overlay.focus({ preventScroll: true });
    held.set(event.pointerId, spot(event));
    try { room.setPointerCapture(event.pointerId); } catch { held.delete(event.pointerId); return; } // it is up already
    if (held.size > 2) return;
    if (held.size === 2) { if (mode === "draw") tools.cancel(true); mode = "pinch"; }
    else if (event.button === 1 || space) { mode = "pan"; if (space) space = "used"; }
    else if (event.button !== 0) mode = "over";
    else if (!desk.ready()) { mode = "over"; desk.say("The picture is still loading. A moment, please."); }
    else { mode = "draw"; desk.cross = null; tools.begin(view.place(event), event.pointerType); }
    room.classList.toggle("u-moving", mode === "pan");
  });

  room.addEventListener("pointermove", (event) => {
    const last = held.get(event.pointerId);
    if (!last) return;
    if (mode === "pinch" && held.size > 1) {
      const before = middle();
      held.set(event.pointerId, spot(event));
      const now = middle();
      view.pan(now.x - before.x, now.y - before.y);
      view.enlarge(now.far / before.far, now.x, now.y);
      return;
    }
    held.set(event.pointerId, spot(event));
    if (mode === "pan") view.pan(event.clientX - last.x, event.clientY - last.y);
    if (mode !== "draw") return;
    const all = event.getCoalescedEvents?.() || [];
    [...all, event].forEach((each) => tools.extend(view.place(each)));
    desk.refresh();
  });

  function up(event, well) {
    if (!held.delete(event.pointerId)) return;
    if (mode === "draw") {
      if (well) { tools.extend(view.place(event)); tools.finish(); desk.refresh(); }
      else tools.cancel(true);
      mode = null;
    } else mode = held.size ? "over" : null;
    room.classList.remove("u-moving");
  }
  room.addEventListener("pointerup", (event) => up(event, true));
  room.addEventListener("pointercancel", (event) => up(event, false));
  room.addEventListener("lostpointercapture", (event) => up(event, false));
  room.addEventListener("contextmenu", (event) => held.size && event.preventDefault());

  room.addEventListener("wheel", (event) => {
    event.preventDefault();
    const step = event.deltaMode === 1 ? 30 : 1;
    if (event.ctrlKey || event.metaKey) view.enlarge(Math.exp(unison.shapes.clamp(-event.deltaY * step, -300, 300) / 300), event.clientX, event.clientY);
    else if (event.shiftKey && !event.deltaX) view.pan(-event.deltaY * step, 0);
    else view.pan(-event.deltaX * step, -event.deltaY * step);
  }, { passive: false });

  const letters = { v: "select", b: "box", p: "point", s: "scribble", l: "lasso", o: "poly", e: "erase" };
  // Digits in a row are one number: the region that has it is worked on. A lone 0 shows the whole picture.
  let typed = "", typing = 0;
  function digit(sign) {
    clearTimeout(typing);
    typed = (typed + sign).slice(-6);
    typing = setTimeout(() => (typed = ""), 900);
    desk.act("number", Number(typed));
  }
  function letter(event) {
    const name = event.key.toLowerCase();
    if (/^[1-9]$/.test(name) || (name === "0" && typed)) { digit(name); return true; }
    typed = "";
    if (letters[name]) desk.act("tool", letters[name]);
    else if (name === "x") desk.act("neg");
    else if (name === "+" || name === "=") view.enlarge(1.25);
    else if (name === "-" || name === "_") view.enlarge(0.8);
    else if (name === "0") view.fitted();
    else if (name === "," || name === ".") desk.show(desk.frame + (name === "." ? 1 : -1));
    else if ((name === "delete" || name === "backspace") && desk.tool === "select") desk.removeShape();
    else return false;
    return true;
  }

  dialog.addEventListener("keydown", (event) => {
    const name = event.key.toLowerCase(), command = event.ctrlKey || event.metaKey;
    if (mode === "draw" && event.key !== "Escape") { if (!event.target.matches("input")) event.preventDefault(); return; }
    if (event.key === "Escape" && (desk.draft || mode === "draw")) {
      tools.cancel();
      if (mode) mode = "over";
      event.preventDefault();
    } else if (command && (name === "z" || name === "y")) {
      if (name === "y" || event.shiftKey) desk.redo();
      else desk.undo();
      event.preventDefault();
    } else if (event.altKey || event.target.matches("input")) return;
    else if (event.target === desk.overlay && event.key === " ") {
      event.preventDefault();
      space ??= "down"; // it draws when it is let go, unless it has moved the picture
    } else if (event.target === desk.overlay && arrows(event)) event.preventDefault();
    else if (!command && letter(event)) event.preventDefault();
  });
  function arrows(event) {
    if (desk.ready()) return tools.key(event);
    const drawing = event.key === "Enter" || event.key.startsWith("Arrow");
    if (drawing) desk.say("The picture is still loading. A moment, please.");
    return drawing;
  }
  dialog.addEventListener("keyup", (event) => {
    if (event.key !== " ") return;
    if (space === "down" && event.target === desk.overlay && mode === null) arrows(event);
    space = null;
  });
  dialog.addEventListener("focusout", () => { space = null; });
  dialog.addEventListener("close", () => { held.clear(); mode = null; space = null; });
};
