// The head of the page: what the profile can do behind one button, the settings in a dialog behind another.
unison.settingsPanel = function (element, props) {
  const { h } = unison;
  const head = element.querySelector(".u-badge");
  const { profile = {}, settings = [] } = props.value || {};
  const names = { system: "Like the system", light: "Light", dark: "Dark" };
  const number = (unison.settingsPanel.made = (unison.settingsPanel.made || 0) + 1);

  const list = (words) => h("ul", {}, words.map((line) => h("li", {}, line)));
  const tasks = (entries) => h("ul", {}, entries.map((task) => h("li", {}, h("b", {}, task.name), ": " + task.help)));
  const part = (title, entries, drawn) => (entries && entries.length ? [h("h2", {}, title), drawn(entries)] : []);

  const about = h("details", {},
    h("summary", {}, profile.name + ": what it can do"),
    h("div", { class: "u-panel", tabindex: 0, role: "region", "aria-label": "What " + profile.name + " can do" },
      h("p", {}, profile.note), h("p", {}, profile.why),
      part("It knows", profile.knows, list), part("It does not know", profile.lacks, list),
      profile.more ? [h("h2", {}, "To get more"), h("p", {}, profile.more)] : [],
      part("It can", profile.can, tasks), part("It cannot yet", profile.cannot, tasks)));
  // A click elsewhere or Escape puts it away again.
  document.addEventListener("pointerdown", (event) => about.contains(event.target) || about.removeAttribute("open"));
  about.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !about.open) return;
    about.open = false;
    about.querySelector("summary").focus();
  });

  const radios = unison.theme.choices.map((choice) =>
    h("label", { class: "u-choice" },
      h("input", { type: "radio", name: "u-theme-" + number, value: choice, onchange: () => unison.theme.set(choice) }),
      h("span", {}, names[choice])));
  const show = () => radios.forEach((label) => (label.firstChild.checked = label.firstChild.value === unison.theme.get()));

  const row = (entry) =>
    h("li", { class: "u-setting" },
      h("div", { class: "u-what" }, h("b", {}, entry.name), h("span", { class: "u-value" }, entry.value)),
      h("p", {}, entry.why), entry.change ? h("code", {}, entry.change) : null);
  const title = "u-settings-" + number;
  const close = h("button", { type: "button", class: "u-btn", "data-act": "close-settings", onclick: () => dialog.close() }, "Close");
  const dialog = h("dialog", { class: "u-settings", "aria-labelledby": title },
    h("div", { class: "u-top" }, h("h2", { id: title }, "Settings"), close),
    h("div", { class: "u-rows", tabindex: 0, role: "region", "aria-label": "All settings" },
      h("fieldset", { class: "u-theme" }, h("legend", {}, "Theme"), radios,
        h("p", {}, "Kept by this browser, for you alone. It holds at once.")),
      h("p", { class: "u-lead" }, "The rest holds for everybody who uses this server. It is set when the server is started, by the option below each, " +
        "so that no page can lift it; where there is none, it is fixed."),
      h("ul", {}, settings.map(row))));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  const open = h("button", {
    type: "button", class: "u-btn u-round", "data-act": "settings", "aria-haspopup": "dialog",
    onclick: () => { about.open = false; show(); dialog.showModal(); },
  }, "Settings");
  window.addEventListener("unison:theme", show);
  head.append(about, open, dialog);
};
