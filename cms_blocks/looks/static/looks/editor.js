// Live preview and verdict. Without this script the form works all the same: the server judges what is sent.
const editor = document.querySelector(".look-editor");
const form = editor.querySelector("form");
const frame = editor.querySelector("[data-look-frame]");
const save = editor.querySelector("[data-look-save]");
const verdict = editor.querySelector("[data-look-verdict]");
const picker = editor.querySelector("[data-look-picker]");
const { hue, accent } = form.elements;
let timer = 0;
let asked = 0;

function query() {
  const data = new URLSearchParams(new FormData(form));
  data.delete("csrfmiddlewaretoken");
  return data.toString();
}

async function refresh() {
  const mine = ++asked;
  const wanted = query();
  const answer = await fetch(`${editor.dataset.judge}?${wanted}`, { headers: { Accept: "application/json" } });
  if (!answer.ok || mine !== asked) return;
  const { ok, html } = await answer.json();
  verdict.innerHTML = html;
  save.disabled = !ok;
  frame.src = `${editor.dataset.preview}?${wanted}`;
}

function soon() {
  mark();
  clearTimeout(timer);
  timer = setTimeout(refresh, 250);
}

function mark() {
  for (const swatch of editor.querySelectorAll("[data-look-hue]")) {
    swatch.setAttribute("aria-pressed", String(swatch.dataset.lookHue === hue.value));
  }
}

editor.addEventListener("click", (event) => {
  const target = event.target.closest("button");
  if (!target) return;
  const { lookHue, lookBetter, lookWidth } = target.dataset;
  if (lookHue) hue.value = lookHue;
  if (lookBetter) accent.value = picker.value = lookBetter;
  if (lookWidth) frame.classList.toggle("phone", lookWidth === "phone");
  if (lookHue || lookBetter) soon();
});
picker.addEventListener("input", () => {
  accent.value = picker.value;
  soon();
});
form.addEventListener("input", soon);
form.addEventListener("change", soon);
mark();
