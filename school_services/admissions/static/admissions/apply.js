// The application form on a bad line: what is typed is kept on this device at once and with us every few seconds,
// photos are made small before they travel and are sent again until they arrive. Without this script the form is a form.
const form = document.querySelector("form[data-apply]");
if (form) start(form);

function start(form) {
  const key = `hoso:${form.dataset.owner}:${form.dataset.token}`;
  const status = form.querySelector("[data-status]");
  const draft = form.hasAttribute("data-draft");
  let timer = 0, sending = false, upload = form.dataset.upload || "";

  const say = (text, tone = "") => { status.textContent = text; status.dataset.tone = tone; };
  const fields = () => {
    const values = [];
    for (const [name, value] of new FormData(form)) if (typeof value === "string" && name !== "csrfmiddlewaretoken") values.push([name, value]);
    return values;
  };

  restore();
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  window.addEventListener("online", save);
  window.addEventListener("offline", () => say(form.dataset.offline, "wait"));
  form.addEventListener("submit", (event) => {
    if (!navigator.onLine) { event.preventDefault(); keep(); say(form.dataset.offline, "wait"); return; }
    if (event.submitter?.value === "submit") sessionStorage.setItem("hoso:nop", key);
  });
  for (const input of form.querySelectorAll("input[data-file]")) input.addEventListener("change", () => photo(input));

  function keep() {
    try { localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: fields() })); } catch { /* a full or closed store: the server has the draft */ }
  }

  function restore() {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(key) || "null"); } catch { kept = null; }
    if (!kept || !draft || Date.now() - kept.at > 30 * 86400e3) return;
    const current = JSON.stringify(fields());
    const byName = new Map();
    for (const [name, value] of kept.values) byName.set(name, [...(byName.get(name) || []), value]);
    for (const element of form.elements) {
      if (!element.name || element.type === "file" || element.type === "hidden" || element.tagName === "BUTTON") continue;
      const values = byName.get(element.name) || [];
      if (element.type === "checkbox" || element.type === "radio") element.checked = values.includes(element.value);
      else if (values.length && values[0] !== "") element.value = values[0];
    }
    if (JSON.stringify(fields()) !== current) { say(form.dataset.restored); schedule(); }
  }

  function changed(event) {
    if (event.target.type === "file") return;
    keep();
    schedule();
  }

  function schedule() {
    if (!draft) return;
    clearTimeout(timer);
    timer = setTimeout(save, 2500);
  }

  async function save() {
    if (!draft || sending) return upload;
    if (!navigator.onLine) { say(form.dataset.offline, "wait"); return upload; }
    sending = true;
    say(form.dataset.saving);
    try {
      const body = new URLSearchParams(fields());
      body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      body.set("action", "draft");
      const answer = await fetch(location.pathname, { method: "POST", body, headers: { Accept: "application/json" } });
      const data = await answer.json();
      if (!answer.ok) { say(data.message || "", "bad"); return upload; }
      upload = upload || `/ts/ho-so/${data.application}/giay-to/`;
      say(form.dataset.saved, "good");
    } catch {
      say(form.dataset.offline, "wait");
      timer = setTimeout(save, 8000);
    } finally {
      sending = false;
    }
    return upload;
  }

  async function photo(input) {
    const file = input.files[0];
    if (!file) return;
    say(form.dataset.sending);
    const address = upload || await save();
    if (!address) return; // it stays in the field and goes with the form
    const small = await shrink(file);
    for (let attempt = 0; attempt < 6; attempt++) {
      try {
        const body = new FormData();
        body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
        body.set("kind", input.dataset.file);
        body.set("file", small, "giay-to");
        const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
        const data = await answer.json();
        if (!answer.ok) { say(data.message || "", "bad"); input.value = ""; return; }
        const line = document.createElement("li"), link = document.createElement("a");
        link.href = data.url;
        link.textContent = `${file.name} (${Math.ceil(data.size / 1024)} kB)`;
        line.append(link);
        form.querySelector(`[data-papers="${CSS.escape(input.dataset.file)}"]`).append(line);
        input.value = "";
        say(form.dataset.saved, "good");
        return;
      } catch {
        say(form.dataset.offline, "wait");
        await new Promise((go) => setTimeout(go, 2000 * (attempt + 1)));
      }
    }
  }

  // 1,600 pixels are enough to read a certificate; drawing it anew drops the place where the photo was taken.
  async function shrink(file) {
    if (!file.type.startsWith("image/")) return file;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, 1600 / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
      return blob || file;
    } catch {
      return file;
    }
  }
}

// The receipt is here: what this device kept of the form is no longer needed.
if (document.querySelector(".receipt")) {
  const key = sessionStorage.getItem("hoso:nop");
  if (key) { localStorage.removeItem(key); sessionStorage.removeItem("hoso:nop"); }
}
