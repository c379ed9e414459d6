
const box = document.getElementById("filter");
box.addEventListener("input", () => {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const one of document.querySelectorAll("[data-text]")) {
    one.hidden = !words.every((word) => one.dataset.text.toLowerCase().includes(word));
  }
});
