// What cards in the chat ask of the server. A card cannot send an event itself, so it speaks to the window, and this
// element of the page, which shows nothing, passes it on.
unison.resultsBridge = function (element, props, trigger, watch) {
  const listen = (name) => {
    const pass = (event) => (element.isConnected ? trigger(name, event.detail || {}) : window.removeEventListener("unison:" + name, pass));
    window.addEventListener("unison:" + name, pass);
  };
  ["again", "skip", "halt", "export"].forEach(listen);
  // The last files that were asked for: each is fetched once, however many come together.
  const fetched = new Set();
  // A command is written only where nothing is lost by it; the server says so where words stand in its way.
  const composer = () => document.querySelector("#box textarea");
  window.addEventListener("unison:recipe", (event) => element.isConnected && trigger("recipe", { ...event.detail, words: !!composer()?.value.trim() }));
  window.addEventListener("unison:refer", (event) => element.isConnected && unison.references("#box textarea").insert(event.detail.ref));
  watch("value", () => {
    const command = (props.value || {}).command;
    if (!command || fetched.has(command.n)) return;
    fetched.add(command.n);
    window.dispatchEvent(new CustomEvent("unison:write", { detail: command.text }));
    composer()?.focus();
  });
  watch("value", () => ((props.value || {}).files || []).forEach((file) => {
    if (fetched.has(file.n)) return;
    fetched.add(file.n);
    const link = unison.h("a", { href: unison.local(file.url), download: file.name });
    document.body.append(link);
    link.click();
    link.remove();
  }));
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
