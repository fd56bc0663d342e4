// A browser whose storage is off throws at the first look at it, and gradio's page would not start. What the page keeps is then
// kept until it is closed.
try {
  window.localStorage.getItem("unison-theme");
} catch {
  const kept = new Map();
  const stand = {
    get length() { return kept.size; },
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (name) => kept.get(String(name)) ?? null,
    setItem: (name, value) => void kept.set(String(name), String(value)),
    removeItem: (name) => void kept.delete(String(name)),
    clear: () => kept.clear(),
  };
  Object.defineProperty(window, "localStorage", { configurable: true, value: stand });
}
