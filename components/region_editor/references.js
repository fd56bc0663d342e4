// References in the composer's words: `region#2` or `image#1` put in at the cursor, and which of them the words name.
// *selector* finds the composer's text field; it may be made anew at any time, so it is looked for at every use.
unison.references = function (selector) {
  const NAMED = /\b(?:image|video|audio|mask|region)#[1-9]\d*\b/gi;
  const box = () => document.querySelector(selector);
  const named = () => new Set((box()?.value.match(NAMED) || []).map((name) => name.toLowerCase()));

  // Put *words* in at the cursor, apart from what stands beside them. Returns whether there was a composer to put them in.
  function insert(words, focus = true) {
    const node = box();
    if (!node) return false;
    const { value } = node, start = node.selectionStart ?? value.length, end = node.selectionEnd ?? start;
    const before = value.slice(0, start), after = value.slice(end);
    const put = (before && !/\s$/.test(before) ? " " : "") + words + (/^[\s.,;:!?)]/.test(after) ? "" : " ");
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(node), "value").set.call(node, before + put + after);
    const cursor = before.length + put.length;
    if (focus) node.focus({ preventScroll: true });
    node.setSelectionRange(cursor, cursor);
    node.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: put }));
    return true;
  }
  return { insert, named, focus: () => box()?.focus({ preventScroll: true }) };
};
