// The composer's tray of attachments and regions with its two dialogs, joined: what they share is the value of the
// component, which the server writes and the next message carries, and the words of the composer.
unison.regionEditor = function (element, props, trigger, watch) {
  const { number } = unison;
  const tray = element.querySelector(".u-tray");
  const desk = unison.regionDesk();
  const references = unison.references(props.composer || "textarea");
  const states = unison.trayStates();
  let from = 0, highest = 0; // numbers given since the server last said which is the first

  // What a server or a person wrote before regions had numbers of their own is numbered by place.
  desk.value = () => {
    const now = { media: {}, attached: [], regions: [], next: 1, ...(props.value || {}) };
    const first = number(now.next, 1);
    if (first !== from) [from, highest] = [first, first - 1];
    const regions = now.regions.map((region, place) => ({ ...region, id: number(region.id, first + place) }));
    highest = Math.max(highest, ...regions.map((region) => region.id));
    return { ...now, regions };
  };
  desk.issue = () => { desk.value(); return (highest += 1); };
  desk.save = (change) => { props.value = states.own({ ...desk.value(), ...change }); shown.draw(); };
  desk.drop = (ref) => {
    const now = desk.value();
    desk.save({ attached: now.attached.filter((r) => r !== ref), regions: now.regions.filter((region) => region.ref !== ref) });
    trigger("drop", { ref });
  };
  const shown = unison.regionTray(tray, desk, references);
  const dialog = unison.regionDialog(element, desk, references), sound = unison.soundDialog(element, references);
  desk.left = (ref) => shown.focus(ref);
  desk.open = (medium, index) => dialog.open({ ...medium }, index);
  desk.openSound = (medium) => sound.open({ ...medium });

  // What was sent leaves the tray at once; what the server did not take comes back beside what was put there since.
  unison.takeTray = () => {
    const { media, attached, regions, next, state } = { ...desk.value() };
    desk.save({ attached: [], regions: [] }); // a state of its own in any case: what is attached from now on is younger
    return { media, attached, regions, next, state };
  };
  unison.trayNow = () => desk.value();
  unison.giveTray = (tray) => {
    const now = desk.value(), free = new Set(now.regions.map((region) => region.id));
    desk.save({
      media: { ...tray.media, ...now.media }, attached: [...new Set([...tray.attached, ...now.attached])],
      regions: [...tray.regions.filter((region) => !free.has(region.id)), ...now.regions],
    });
  };

  // ---- the rest of the page ----
  const listen = (name, handler) => {
    const wrapped = (event) => (element.isConnected ? handler(event.detail) : window.removeEventListener(name, wrapped));
    window.addEventListener(name, wrapped);
  };
  listen("unison:draw", (medium) => medium?.ref && (medium.kind === "audio" ? desk.openSound(medium) : desk.open(medium)));
  listen("unison:stretch", (medium) => medium?.ref && desk.openSound(medium));
  listen("unison:use", (media) => {
    const now = desk.value(), known = { ...now.media };
    (media || []).forEach((medium) => (known[medium.ref] = medium));
    desk.save({ media: known, attached: [...new Set([...now.attached, ...(media || []).map((medium) => medium.ref)])] });
    tray.scrollIntoView({ block: "nearest" });
  });
  listen("unison:draft", () => shown.light());
  const typed = (event) => {
    if (!element.isConnected) document.removeEventListener("input", typed);
    else if (event.target.matches?.(props.composer || "textarea")) shown.light();
  };
  document.addEventListener("input", typed);
  function take() {
    const [value, then] = unison.taken ? unison.taken(props.value || {}, desk.drop) : [props.value || {}, () => {}];
    const next = states.take(value);
    if (next) props.value = next;
    shown.draw();
    then();
  }
  watch("value", take);
  take();
};
