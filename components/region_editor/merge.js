// Two hands write the tray: the person draws and removes while the server still takes in a file or begins a message. What the
// server sends is its answer to an older state, so what was done here since then is done again on it. Lists of things
// with a name go by name: gone here is gone, new here is new, changed here is as it is here.
unison.mergeTrays = function (then, mine, told) {
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const join = (name, key) => {
    const of = (tray) => new Map((tray[name] || []).map((entry) => [key(entry), entry]));
    const [old, here, there] = [of(then), of(mine), of(told)];
    const kept = [...there].filter(([k]) => here.has(k) || !old.has(k))
      .map(([k, entry]) => (here.has(k) && old.has(k) && !same(here.get(k), old.get(k)) ? here.get(k) : entry));
    const added = [...here].filter(([k, entry]) => !there.has(k) && (!old.has(k) || !same(entry, old.get(k)))).map(([, entry]) => entry);
    return [...kept, ...added];
  };
  return {
    ...told, media: { ...mine.media, ...told.media }, attached: join("attached", (ref) => ref), regions: join("regions", (region) => region.id),
  };
};

// The states of a tray, each with a number that the server repeats in its answer. `own(value)` numbers a state that the
// person made; `take(value)` returns the state that follows from what the server sent, or null for one of our own.
unison.trayStates = function () {
  const MOST = 64;
  const past = new Map();
  let last = 0;

  function own(value) {
    const made = { ...value, state: (last += 1) };
    delete made.to;
    past.set(last, made);
    past.delete(last - MOST);
    return made;
  }

  function take(told) {
    if (!("to" in told)) return null;
    const then = past.get(told.to), mine = past.get(last);
    // An answer to no state of ours, as after another conversation was opened, is the whole truth.
    if (!then) past.clear();
    return own(then ? unison.mergeTrays(then, mine, told) : told);
  }
  return { own, take };
};
