// Words that are more than words: in a person's message what has a place lights up with it, and the names in a caption go into
// the message when they are clicked.
unison.wordsOf = function (text, named = []) {
  const { h } = unison;
  const known = new Map(named.map((entry) => [entry.words.toLowerCase(), entry]));
  if (!known.size) return [text];
  const longest = [...known.keys()].sort((a, b) => b.length - a.length).map((words) => words.replace(/[^\w ]/g, "\\$&"));
  // Every other piece is a name.
  return text.split(new RegExp("(?<![\\w#])(" + longest.join("|") + ")(?![\\w#])", "gi")).map((piece, at) => {
    if (at % 2 === 0) return piece;
    const { key, hue } = known.get(piece.toLowerCase());
    return h("button", { type: "button", class: "u-ph u-k-" + key + " u-c" + (unison.number(hue) % unison.COLOURS) }, piece);
  });
};

// A caption in which each of *handles* is a button where it first stands: a click puts it into the message.
unison.captionOf = function (caption, handles = []) {
  const { h } = unison;
  const refer = (ref) => h("button", { type: "button", class: "u-handle-name", "data-refer": ref, title: "Put " + ref + " into the message",
    "aria-label": ref + ": put it into the message", onclick: () => window.dispatchEvent(new CustomEvent("unison:refer", { detail: { ref } })) }, ref);
  const parts = [];
  let rest = caption;
  for (const ref of handles) {
    const at = rest.search(new RegExp(ref + "(?!\\d)"));
    if (at < 0) continue;
    parts.push(rest.slice(0, at), refer(ref));
    rest = rest.slice(at + ref.length);
  }
  return [...parts, rest];
};
