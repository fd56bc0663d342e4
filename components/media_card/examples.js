// The cards of an empty conversation are buttons in an element that gradio calls a list: a list of nothing, to a screen
// reader. It is made a group with a name, whenever it is drawn anew. Only what the greeting box shows, its messages or its
// cards, is watched, and nothing within: a reply that grows there does not come by here.
unison.exampleCards = function (element) {
  const page = element.closest("#page"), shown = () => page.querySelector("#box-1 .bubble-wrap");
  const name = () => page.querySelectorAll("#box-1 .examples[role=list]").forEach((cards) => {
    cards.setAttribute("role", "group");
    cards.setAttribute("aria-label", "Examples");
  });
  const cards = new MutationObserver(name);
  const found = () => {
    if (!shown()) return false;
    cards.observe(shown(), { childList: true });
    name();
    return true;
  };
  if (found()) return;
  // The chat is made after this element: until it is there the page is watched, and then no more.
  const coming = new MutationObserver(() => found() && coming.disconnect());
  coming.observe(page, { childList: true, subtree: true });
};
