// The replay page, when scripts run: arrow keys step, the slider shows where it leads.

const replay = document.getElementById("replay");

/** Follows the link of that name, if the step is there. */
function step(name) {
  document.getElementById(name)?.click();
}

const steps = { ArrowLeft: "previous", ArrowRight: "next", Home: "first", End: "last" };

if (replay) {
  document.getElementById("mark")?.scrollIntoView({ block: "nearest", inline: "center" });
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest("input, textarea, select, #strip")) return;
    const name = steps[event.key];
    if (!name) return;
    event.preventDefault();
    step(name);
  });
  const [slider, field] = [document.getElementById("at-slider"), document.getElementById("at")];
  slider.addEventListener("input", () => (field.value = slider.value));
  slider.addEventListener("change", () => field.form.requestSubmit());
}
