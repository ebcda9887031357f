// Sections become tabs (WAI-ARIA: arrows move, Home and End too). Without this they stand one under the other.
class PortalTabs extends HTMLElement {
  connectedCallback() {
    if (this.list) return;
    const panels = [...this.querySelectorAll(":scope > section")];
    this.list = document.createElement("div");
    this.list.className = "tablist";
    this.list.setAttribute("role", "tablist");
    const heading = this.parentElement.querySelector(":scope > h2");
    if (heading) this.list.setAttribute("aria-label", heading.textContent);
    this.tabs = panels.map((panel, at) => {
      const tab = document.createElement("button");
      tab.type = "button";
      tab.id = `${panel.id}-tab`;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panel.id);
      tab.textContent = panel.querySelector("h3").textContent;
      panel.querySelector("h3").hidden = true;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      panel.tabIndex = 0;
      tab.addEventListener("click", () => this.choose(at));
      return tab;
    });
    this.panels = panels;
    this.list.append(...this.tabs);
    this.prepend(this.list);
    this.list.addEventListener("keydown", (event) => this.move(event));
    const wanted = panels.findIndex((panel) => `#${panel.id}` === location.hash);
    this.choose(Math.max(wanted, 0));
  }
  choose(at, focus = false) {
    this.tabs.forEach((tab, place) => {
      const chosen = place === at;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      this.panels[place].toggleAttribute("data-off", !chosen);
    });
    this.at = at;
    if (focus) this.tabs[at].focus();
  }
  move(event) {
    const last = this.tabs.length - 1;
    const to = { ArrowRight: this.at === last ? 0 : this.at + 1, ArrowLeft: this.at ? this.at - 1 : last, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.choose(to, true);
  }
}
customElements.define("portal-tabs", PortalTabs);
