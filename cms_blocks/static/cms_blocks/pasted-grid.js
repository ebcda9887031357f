// A field that takes a table pasted from Excel, Word or Google Sheets: merged cells become < (one with the cell on the
// left) and ^ (one with the cell above), as cms_blocks/grids.py reads them. Below, the table as visitors see it.
(() => {
  const BREAK = "⏎";
  const words = (cell) => {
    const copy = cell.cloneNode(true);
    copy.querySelectorAll("style,script").forEach((one) => one.remove());
    copy.querySelectorAll("br").forEach((one) => one.replaceWith(BREAK));
    copy.querySelectorAll("p,div,li").forEach((one) => one.append(BREAK));
    const text = copy.textContent.replace(/\s+/g, " ").split(BREAK).map((line) => line.trim()).filter(Boolean).join(BREAK);
    return text === "<" || text === "^" ? `\\${text}` : text;
  };
  const fromHtml = (table) => {
    const taken = [];
    const rows = [...table.rows].filter((row) => row.closest("table") === table);
    rows.forEach((row, r) => {
      taken[r] ??= [];
      let c = 0;
      for (const cell of row.cells) {
        while (taken[r][c] !== undefined) c += 1;
        for (let down = 0; down < Math.min(cell.rowSpan || 1, rows.length - r); down += 1) {
          taken[r + down] ??= [];
          for (let right = 0; right < cell.colSpan; right += 1) {
            taken[r + down][c + right] = down || right ? (right ? "<" : "^") : words(cell);
          }
        }
        c += cell.colSpan;
      }
    });
    const width = Math.max(...taken.map((row) => row.length));
    return taken.map((row) => Array.from({ length: width }, (_, c) => row[c] ?? "").join("\t")).join("\n");
  };
  const show = (text, place) => {
    const rows = text.split("\n").filter((line) => line.trim()).map((line) => line.split(line.includes("\t") || !text.includes("|") ? "\t" : "|"));
    const table = document.createElement("table");
    const cells = [];
    rows.forEach((row, r) => {
      const line = table.insertRow();
      cells[r] = [];
      row.forEach((raw, c) => {
        const mark = raw.trim();
        const left = mark === "<" && c ? cells[r][c - 1] : null;
        const above = mark === "^" && r ? cells[r - 1]?.[c] : null;
        if (left) { if (left.parentElement === line) left.colSpan = c - left.at + 1; cells[r][c] = left; return; }
        if (above) { above.rowSpan = r - above.row + 1; cells[r][c] = above; return; }
        const cell = document.createElement(r ? "td" : "th");
        cell.at = c; cell.row = r;
        mark.replace(/^\\(?=[<^]$)/, "").split(BREAK).forEach((part, i) => cell.append(...(i ? [document.createElement("br"), part] : [part])));
        line.append(cell);
        cells[r][c] = cell;
      });
    });
    place.replaceChildren(...(rows.length > 1 ? [table] : []));
  };
  class PastedGrid extends window.StimulusModule.Controller {
    connect() {
      this.place = document.createElement("div");
      this.place.className = "pasted-grid";
      this.place.setAttribute("aria-hidden", "true");
      this.element.after(this.place);
      this.refresh = () => show(this.element.value, this.place);
      this.paste = (event) => {
        const html = event.clipboardData?.getData("text/html");
        const table = html && new DOMParser().parseFromString(html, "text/html").querySelector("table");
        if (!table) return;
        event.preventDefault();
        this.element.value = fromHtml(table);
        this.element.dispatchEvent(new Event("input", { bubbles: true }));
        this.element.dispatchEvent(new Event("change", { bubbles: true }));
      };
      this.element.addEventListener("input", this.refresh);
      this.element.addEventListener("paste", this.paste);
      this.refresh();
    }
    disconnect() {
      this.element.removeEventListener("input", this.refresh);
      this.element.removeEventListener("paste", this.paste);
      this.place.remove();
    }
  }
  window.wagtail.app.register("pasted-grid", PastedGrid);
})();
