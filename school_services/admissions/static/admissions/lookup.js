// The answer alone travels; without this script the form loads a page with the answer in it.
const place = document.getElementById("ket-qua");
let timer = 0;

// A number that strangers have tried waits for its turn: the form goes on by itself.
function count() {
  clearInterval(timer);
  const waiting = place.querySelector("form[data-wait]");
  if (!waiting) return;
  const button = waiting.querySelector("button"), counter = waiting.querySelector("[data-counter]");
  const until = Date.now() + (Number(waiting.dataset.wait) + 1) * 1000;
  button.hidden = true;
  const tell = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    counter.textContent = waiting.dataset.counting.replace("#", left);
    if (left) return;
    clearInterval(timer);
    waiting.requestSubmit();
  };
  tell();
  timer = setInterval(tell, 1000);
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-lookup]");
  if (!form) return;
  event.preventDefault();
  clearInterval(timer);
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch(location.pathname, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-Portal-Island": "1" } });
    if (answer.status >= 500) throw new Error(String(answer.status));
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...parsed.body.childNodes);
    count();
  } catch {
    form.submit();
  } finally {
    button.disabled = false;
  }
});
if (place) count();
