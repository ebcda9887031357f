// The mark grid. Without this script it is a form; with it, cells move by keyboard, take ranges from a spreadsheet,
// undo, and save themselves. What is not saved yet lives in IndexedDB, so that neither network nor tab loses it.
const SCORE = /^(?:10(?:[.,]0)?|[0-9](?:[.,][0-9])?|vp|m)?$/i;
const COMMENT = /^(?:đ|d|cđ|vp|m)?$/i;
const RETRY = 5000;

const opened = new Promise((resolve) => {
  const request = indexedDB.open("mark-grid", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("cells");
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => resolve(null); // private windows without storage: the queue lives in memory alone
});

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
    this.rows = [...this.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("input")]);
    for (const input of this.inputs) {
      const [, column, student, version] = input.name.split(".");
      Object.assign(input, { cell: { column, student }, version, base: input.value, last: input.value });
    }
    this.byKey = new Map(this.inputs.map((input) => [this.key(input.cell), input]));
    // Whose work the queue is: an account never sends what another left on a shared computer.
    this.prefix = `${this.dataset.owner}|${this.dataset.save}|`;
    this.channel = new BroadcastChannel("mark-grid");
    this.channel.onmessage = (event) => this.hear(event.data);
    this.addEventListener("focusin", (event) => event.target.matches("tbody input") && event.target.select());
    this.addEventListener("keydown", (event) => this.key_(event));
    this.addEventListener("paste", (event) => this.paste(event));
    this.addEventListener("change", (event) => event.target.cell && this.enter([[event.target, event.target.value]]));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.retryRefused(); this.flush(); });
    addEventListener("online", () => this.flush());
    addEventListener("beforeunload", (event) => {
      const typing = document.activeElement;
      if (typing?.cell && typing.value !== typing.last) this.enter([[typing, typing.value]]);
      if (this.queue.size && this.memoryOnly) event.preventDefault();
    });
    this.restore();
  }

  disconnectedCallback() { this.channel?.close(); clearTimeout(this.timer); }

  key({ column, student }) { return `${column}.${student}`; }

  async restore() {
    this.memoryOnly = !(await opened);
    const keys = (await stored("readonly", (cells) => cells.getAllKeys())) || [];
    for (const key of keys.filter((name) => name.startsWith(this.prefix))) {
      const entry = await stored("readonly", (cells) => cells.get(key));
      const input = entry && this.byKey.get(this.key(entry));
      if (!entry) continue;
      this.queue.set(this.key(entry), entry);
      if (input) { input.value = input.last = entry.text; input.dataset.state = "wait"; }
    }
    if (this.queue.size) this.flush();
  }

  // Typing -------------------------------------------------------------------------------------------------------

  enter(pairs, remember = true) {
    const before = [];
    for (const [input, typed] of pairs) {
      const text = typed.trim().replace(".", ",");
      if (text === input.last) { input.value = text; continue; }
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
    const entry = { ...input.cell, text, version: input.version };
    this.queue.set(this.key(entry), entry);
    input.dataset.state = "wait";
    stored("readwrite", (cells) => cells.put(entry, this.prefix + this.key(entry)));
  }

  drop(key) {
    this.queue.delete(key);
    stored("readwrite", (cells) => cells.delete(this.prefix + key));
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
    if (event.key === "Escape") { input.value = input.last; input.select(); }
    if (!step) return;
    event.preventDefault();
    const target = this.near(input, step);
    if (target) target.focus(); else if (input.value !== input.last) this.enter([[input, input.value]]);
  }

  near(input, [down, right]) {
    const row = this.rows.findIndex((inputs) => inputs.includes(input));
    if (right) return this.rows[row][this.rows[row].indexOf(input) + right];
    for (let next = row + down; this.rows[next]; next += down) {
      const found = this.rows[next].find((other) => other.cell.column === input.cell.column);
      if (found) return found;
    }
    return undefined;
  }

  paste(event) {
    const input = event.target;
    const text = event.clipboardData?.getData("text/plain") || "";
    if (!input.cell || !/[\t\n\r]/.test(text.trim())) return;
    event.preventDefault();
    const pairs = [];
    let start = input;
    for (const line of text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n")) {
      let target = start;
      for (const value of line.split("\t")) {
        if (!target) break;
        pairs.push([target, value]);
        target = this.near(target, [0, 1]);
      }
      start = start && this.near(start, [1, 0]);
      if (!start) break;
    }
    this.enter(pairs);
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
      this.report();
    } catch (error) {
      const offline = error instanceof TypeError;
      this.say(`${error.told || this.dataset.offline} (${this.queue.size} ${this.dataset.waiting})`, offline ? "wait" : "bad");
      this.timer = setTimeout(() => this.flush(), RETRY);
    } finally {
      this.busy = false;
      if (this.again) { this.again = false; this.flush(); }
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
      if (next) { next.version = String(result.version); stored("readwrite", (cells) => cells.put(next, this.prefix + key)); }
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
