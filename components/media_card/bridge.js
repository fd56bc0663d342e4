// What cards in the chat ask of the server. A card cannot send an event itself, so it speaks to the window, and this
// element of the page, which shows nothing, passes it on.
unison.resultsBridge = function (element, trigger) {
  const listen = (name) => {
    const pass = (event) => (element.isConnected ? trigger(name, event.detail || {}) : window.removeEventListener("unison:" + name, pass));
    window.addEventListener("unison:" + name, pass);
  };
  ["again", "skip", "halt"].forEach(listen);
};

// Put *text* on the clipboard; without a secure address browsers only allow the older way. Resolves to whether it worked.
unison.copy = async function (text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = unison.h("textarea", { readonly: true, style: { position: "fixed", opacity: "0" } });
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
};
