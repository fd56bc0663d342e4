// The cards of an empty conversation are buttons in an element that gradio calls a list: a list of nothing, to a screen
// reader. It is made a group with a name, whenever it is drawn anew.
unison.exampleCards = function (element) {
  const page = element.closest("#page");
  const name = () => page.querySelectorAll(".examples[role=list]").forEach((cards) => {
    cards.setAttribute("role", "group");
    cards.setAttribute("aria-label", "Examples");
  });
  new MutationObserver(name).observe(page, { childList: true, subtree: true });
  name();
};
