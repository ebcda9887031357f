// The mark grid. Without this script it is a form; with it, cells move by keyboard, take ranges from a spreadsheet,
// undo, and save themselves. What is not saved yet lives in IndexedDB, so that neither network nor tab loses it: each
// tab keeps its own entries under its own name, and a tab that dies leaves them to the next one that opens the grid.
const SCORE = /^(?:10(?:[.,]0)?|[0-9](?:[.,][0-9])?|vp|m)?$/i;
const COMMENT = /^(?:đ|d|cđ|vp|m)?$/i;
const RETRY = 5000;
const TAB = crypto.randomUUID();

const opened = new Promise((resolve) => {
  const request = indexedDB.open("mark-grid", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("cells");
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => resolve(null); // private windows without storage: the queue lives in memory alone
});

// While this tab lives it holds a lock of its name: what a name without a holder left behind is anybody's.
const alive = new Promise((resolve) => {
  if (!navigator.locks) return resolve();
  return navigator.locks.request(`mark-grid-tab:${TAB}`, () => new Promise(() => resolve()));
});

async function orphaned(tab) {
  if (tab === TAB || !navigator.locks) return tab !== TAB;
  const { held } = await navigator.locks.query();
  return !held.some((lock) => lock.name === `mark-grid-tab:${tab}`);
}

async function stored(mode, work) {
  const database = await opened;
  if (!database) return undefined;
  return new Promise((resolve) => {
    const transaction = database.transaction("cells", mode);
    const request = work(transaction.objectStore("cells"));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => resolve(undefined);
  });
}

class MarkGrid extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.line = this.querySelector(".status");
    this.list = this.querySelector(".conflicts");
    this.inputs = [...this.querySelectorAll("tbody input")];
    if (!this.inputs.length) return;
    this.rule = this.dataset.kind === "comment" ? COMMENT : SCORE;
    this.queue = new Map(); // key → {column, student, text, version}
    this.refused = new Map(); // key → message
    this.undone = [];
    this.writes = []; // what IndexedDB is still busy with: "saved" is said when it has forgotten what was sent
    // Every cell by its place, locked ones as null: a pasted range keeps its shape.
    this.rows = [...this.querySelectorAll("tbody tr")].map((row) => (
      [...row.querySelectorAll("td:not([data-average])")].map((cell) => cell.querySelector("input"))
    ));
    this.place = new Map();
    this.rows.forEach((row, y) => row.forEach((input, x) => input && this.place.set(input, [y, x])));
    for (const input of this.inputs) {
      const [, column, student, version] = input.name.split(".");
      Object.assign(input, { cell: { column, student }, version, base: input.value, last: input.value });
    }
    this.byKey = new Map(this.inputs.map((input) => [this.key(input.cell), input]));
    // Whose work the queue is: an account never sends what another left on a shared computer.
    this.owner = `${this.dataset.owner}|${this.dataset.save}|`;
    this.channel = new BroadcastChannel("mark-grid");
    this.channel.onmessage = (event) => this.hear(event.data);
    this.addEventListener("focusin", ({ target }) => {
      if (!target.cell) return;
      target.select();
      const link = document.querySelector("a.history");
      if (link) {
        link.href = link.dataset.href.replace("/0/0/", `/${target.cell.column}/${target.cell.student}/`);
        link.hidden = false;
      }
    });
    this.addEventListener("keydown", (event) => this.key_(event));
    this.addEventListener("paste", (event) => this.paste(event));
    this.addEventListener("input", (event) => event.target.cell && this.draft(event.target));
    for (const left of ["change", "focusout"]) {
      this.addEventListener(left, ({ target }) => target.cell && target.value !== target.last && this.enter([[target, target.value]]));
    }
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.enter(this.inputs.filter((one) => one.value !== one.last).map((one) => [one, one.value]));
      this.retryRefused();
      this.flush();
    });
    addEventListener("online", () => this.flush());
    addEventListener("beforeunload", (event) => {
      if (this.queue.size && this.memoryOnly) event.preventDefault();
    });
    this.restore();
  }

  disconnectedCallback() { this.channel?.close(); clearTimeout(this.timer); }

  key({ column, student }) { return `${column}.${student}`; }

  // Take over what tabs that are gone left behind. Two of them may have written the same cell: the second waits until
  // the first is settled, and meets it then as a conflict, side by side.
  async restore() {
    this.memoryOnly = !(await opened);
    await alive;
    if (navigator.locks) await navigator.locks.request("mark-grid-restore", () => this.adopt());
    else await this.adopt();
    if (this.queue.size) this.flush();
  }

  async adopt() {
    const names = (await stored("readonly", (cells) => cells.getAllKeys())) || [];
    const left = [];
    for (const name of names.filter((one) => one.startsWith(this.owner))) {
      const [tab] = name.slice(this.owner.length).split("|");
      if (await orphaned(tab)) left.push([name, await stored("readonly", (cells) => cells.get(name))]);
    }
    left.sort(([, one], [, other]) => (one?.at || 0) - (other?.at || 0));
    this.waiting = 0;
    for (const [name, entry] of left) {
      if (!entry) continue;
      const key = this.key(entry);
      if (this.queue.has(key)) { this.waiting += 1; continue; }
      const input = this.byKey.get(key);
      await stored("readwrite", (cells) => { cells.delete(name); return cells.put(entry, this.entryName(key)); });
      if (entry.draft && input) {
        input.value = entry.text;
        this.refuse(input, this.dataset.draft);
        this.report();
        continue;
      }
      this.queue.set(key, entry);
      if (input) { input.value = input.last = entry.text; input.dataset.state = "wait"; }
    }
  }

  more() { if (this.waiting && !this.queue.size) this.restore(); }

  entryName(key) { return `${this.owner}${TAB}|${key}`; }

  // What is being typed is kept before the cell is left: a tab that dies in the middle of a cell loses nothing.
  draft(input) {
    const text = input.value.trim().replace(".", ",");
    if (text === input.last || !this.rule.test(text)) return;
    const entry = { ...input.cell, text, version: input.version, at: Date.now(), draft: true };
    stored("readwrite", (cells) => cells.put(entry, this.entryName(this.key(entry))));
  }

  // Back to what was there: the draft goes, unless the cell still has something to send.
  forget(input) {
    const entry = this.queue.get(this.key(input.cell));
    stored("readwrite", (cells) => (entry ? cells.put(entry, this.entryName(this.key(entry))) : cells.delete(this.entryName(this.key(input.cell)))));
  }

  // Typing -------------------------------------------------------------------------------------------------------

  enter(pairs, remember = true) {
    const before = [];
    for (const [input, typed] of pairs) {
      const text = typed.trim().replace(".", ",");
      if (text === input.last) { input.value = text; this.forget(input); continue; }
      before.push([input, input.last]);
      input.value = input.last = text;
      if (!this.rule.test(text)) {
        this.refuse(input, this.dataset.format);
        this.drop(this.key(input.cell));
        continue;
      }
      this.clear(input);
      this.put(input, text);
    }
    if (remember && before.length) this.undone.push(before);
    this.report();
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.flush(), 150);
  }

  put(input, text) {
    const entry = { ...input.cell, text, version: input.version, at: Date.now() };
    this.queue.set(this.key(entry), entry);
    input.dataset.state = "wait";
    stored("readwrite", (cells) => cells.put(entry, this.entryName(this.key(entry))));
  }

  drop(key) {
    this.queue.delete(key);
    this.writes.push(stored("readwrite", (cells) => cells.delete(this.entryName(key))));
  }

  undo() {
    const step = this.undone.pop();
    if (!step) return;
    this.enter(step, false);
    step[0][0].focus();
    this.say(this.dataset.undone);
  }

  key_(event) {
    const input = event.target;
    if (!input.cell) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.shiftKey) {
      if (input.value !== input.last) return; // the browser's own undo of what is being typed
      event.preventDefault();
      this.undo();
      return;
    }
    const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    const atStart = whole || input.selectionEnd === 0;
    const atEnd = whole || input.selectionStart === input.value.length;
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [event.shiftKey ? -1 : 1, 0] }[event.key]
      || (event.key === "ArrowLeft" && atStart && [0, -1]) || (event.key === "ArrowRight" && atEnd && [0, 1]);
    if (event.key === "Escape") { input.value = input.last; this.forget(input); input.select(); }
    if (!step) return;
    event.preventDefault();
    const target = this.near(input, step);
    if (target) target.focus(); else if (input.value !== input.last) this.enter([[input, input.value]]);
  }

  near(input, [down, right]) {
    let [y, x] = this.place.get(input);
    do { y += down; x += right; } while (this.rows[y]?.[x] === null);
    return this.rows[y]?.[x];
  }

  paste(event) {
    const input = event.target;
    const text = event.clipboardData?.getData("text/plain") || "";
    if (!input.cell || !/[\t\n\r]/.test(text.trim())) return;
    event.preventDefault();
    const pairs = [];
    const [top, left] = this.place.get(input);
    let outside = 0;
    text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").forEach((line, down) => {
      line.split("\t").forEach((value, right) => {
        const target = this.rows[top + down]?.[left + right];
        if (target) pairs.push([target, value]);
        else if (value.trim()) outside += 1;
      });
    });
    this.enter(pairs);
    if (outside) this.say(`${this.dataset.outside} (${outside})`, "bad");
  }

  // Saving -------------------------------------------------------------------------------------------------------

  async flush() {
    if (this.busy) { this.again = true; return; }
    const sent = [...this.queue.values()].filter((entry) => !this.refused.has(this.key(entry)));
    if (!sent.length) return;
    this.busy = true;
    clearTimeout(this.timer);
    this.say(this.dataset.saving);
    try {
      const answer = await fetch(this.dataset.save, {
        method: "POST",
        credentials: "same-origin",
        headers: {
          "Accept": "application/json",
          "Content-Type": "application/json",
          "X-CSRFToken": this.form.elements.csrfmiddlewaretoken.value,
        },
        body: JSON.stringify({ cells: sent, reason: this.form.elements.reason?.value || "" }),
      });
      const data = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      if (!answer.ok) throw Object.assign(new Error(data.message || String(answer.status)), { told: data.message });
      for (const [place, result] of data.cells.entries()) this.settle(sent[place], result);
      for (const [student, text] of Object.entries(data.averages)) this.average(student, text);
      this.channel.postMessage({ save: this.dataset.save, cells: data.cells, averages: data.averages });
      await Promise.all(this.writes.splice(0));
      this.report();
    } catch (error) {
      const offline = error instanceof TypeError;
      this.say(`${error.told || this.dataset.offline} (${this.queue.size} ${this.dataset.waiting})`, offline ? "wait" : "bad");
      this.timer = setTimeout(() => this.flush(), RETRY);
    } finally {
      this.busy = false;
      if (this.again) { this.again = false; this.flush(); }
      else this.more();
    }
  }

  settle(entry, result) {
    const key = this.key(entry);
    const input = this.byKey.get(key);
    const newer = this.queue.get(key) !== entry; // typed again while it was on its way
    if (result.code === "changed_meanwhile") return this.conflict(entry, result);
    if (result.code) {
      if (input) this.refuse(input, result.message);
      return undefined;
    }
    if (input) input.version = String(result.version);
    if (newer) {
      const next = this.queue.get(key);
      if (next) { next.version = String(result.version); stored("readwrite", (cells) => cells.put(next, this.entryName(key))); }
      return undefined;
    }
    this.drop(key);
    if (input) { this.accept(input, result); input.dataset.state = "saved"; }
    return undefined;
  }

  accept(input, { text, version }) {
    input.version = String(version);
    input.value = input.last = input.base = text;
    delete input.dataset.state;
    this.clear(input);
  }

  conflict(entry, result) {
    const input = this.byKey.get(this.key(entry));
    this.refused.set(this.key(entry), result.message);
    const item = document.createElement("li");
    const words = document.createElement("span");
    const name = input?.getAttribute("aria-label") || "";
    words.textContent = `${name} — ${this.dataset.yours}: ${entry.text || "–"} · ${this.dataset.other}: ${result.text || "–"}`;
    const choice = (label, act) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button plain";
      button.textContent = label;
      button.addEventListener("click", () => { item.remove(); this.list.hidden = !this.list.children.length; act(); input?.focus(); });
      return button;
    };
    const keep = choice(this.dataset.mine, () => {
      this.refused.delete(this.key(entry));
      if (input) { input.version = String(result.version); this.clear(input); this.put(input, entry.text); }
      this.flush();
    });
    const yield_ = choice(this.dataset.theirs, () => {
      this.refused.delete(this.key(entry));
      this.drop(this.key(entry));
      if (input) this.accept(input, result);
      this.report();
      this.more();
    });
    item.append(words, keep, yield_);
    this.list.append(item);
    this.list.hidden = false;
    if (input) this.refuse(input, result.message);
  }

  hear({ save, cells, averages }) {
    if (save !== this.dataset.save) return;
    for (const result of cells) {
      const input = this.byKey.get(this.key(result));
      if (!input || result.code || this.queue.has(this.key(result)) || input.value !== input.last) continue;
      this.accept(input, result);
    }
    for (const [student, text] of Object.entries(averages)) this.average(student, text);
  }

  // Saying -------------------------------------------------------------------------------------------------------

  average(student, text) {
    const cell = this.querySelector(`tr[data-student="${CSS.escape(student)}"] [data-average]`);
    if (cell) cell.textContent = text;
  }

  refuse(input, message) {
    this.refused.set(this.key(input.cell), message);
    input.setAttribute("aria-invalid", "true");
    input.title = message;
  }

  clear(input) {
    this.refused.delete(this.key(input.cell));
    input.removeAttribute("aria-invalid");
    input.removeAttribute("title");
  }

  retryRefused() {
    for (const key of [...this.refused.keys()]) {
      const input = this.byKey.get(key);
      if (input && this.queue.has(key) && !this.list.children.length) this.clear(input);
    }
  }

  report() {
    if (this.refused.size) {
      const [key, message] = this.refused.entries().next().value;
      const more = this.refused.size > 1 ? ` (+${this.refused.size - 1})` : "";
      this.say(`${this.byKey.get(key)?.getAttribute("aria-label") || ""}: ${message}${more}`, "bad");
    } else if (!this.queue.size) this.say(this.dataset.saved, "good");
  }

  say(text, tone = "") {
    this.line.textContent = text;
    this.line.dataset.tone = tone;
  }
}
customElements.define("mark-grid", MarkGrid);
