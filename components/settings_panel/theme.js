// Light, dark, or as the system has it: chosen here, kept by this browser, and in force before the page is first drawn.
unison.theme = (function () {
  const KEY = "unison-theme";
  const CHOICES = ["system", "light", "dark"];
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const kept = localStorage.getItem(KEY);
  let chosen = CHOICES.includes(kept) ? kept : "system";

  // Gradio writes body.dark by the system, when it starts and whenever the system changes; the choice is put right after it.
  function apply() {
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    if (!document.body) return;
    const dark = chosen === "dark" || (chosen === "system" && system.matches);
    if (document.body.classList.contains("dark") !== dark) document.body.classList.toggle("dark", dark);
  }

  function set(choice) {
    if (!CHOICES.includes(choice)) return;
    chosen = choice;
    try {
      localStorage.setItem(KEY, choice);
    } catch { /* it holds until the page is closed */ }
    apply();
  }

  function watch() {
    new MutationObserver(() => chosen !== "system" && apply()).observe(document.body, { attributeFilter: ["class"] });
    apply();
  }
  apply();
  if (document.body) watch();
  else document.addEventListener("DOMContentLoaded", watch);
  // Another tab of the same person follows at once.
  window.addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    chosen = CHOICES.includes(event.newValue) ? event.newValue : "system";
    apply();
    window.dispatchEvent(new CustomEvent("unison:theme", { detail: chosen }));
  });
  return { choices: CHOICES, get: () => chosen, set };
})();
