// The answer alone travels; without this script the form loads a page with the answer in it.
const form = document.querySelector("form[data-lookup]"), place = document.getElementById("ket-qua");
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch(location.pathname, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-Portal-Island": "1" } });
    if (answer.status >= 500) throw new Error(String(answer.status));
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...parsed.body.childNodes);
  } catch {
    form.submit();
  } finally {
    button.disabled = false;
  }
});
