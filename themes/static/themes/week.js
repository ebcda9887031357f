// Marks today's card and heading in a week: the page is the same for everyone, the day is not.
class PortalWeek extends HTMLElement {
  connectedCallback() {
    const name = new Intl.DateTimeFormat("en-US", { weekday: "short", timeZone: "Asia/Ho_Chi_Minh" }).format(new Date());
    const today = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(name) + 1;
    for (const one of this.querySelectorAll(`[data-day="${today}"]`)) {
      one.classList.add("today");
      const badge = document.createElement("span");
      badge.className = "badge";
      badge.textContent = this.dataset.today;
      (one.querySelector("h3") ?? one).append(" ", badge);
    }
  }
}
customElements.define("portal-week", PortalWeek);
