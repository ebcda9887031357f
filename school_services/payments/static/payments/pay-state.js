// Asks every few seconds whether the money has come, and loads the page again when it has. Without JavaScript the
// person loads the page again. Stops after half an hour, and while nobody looks.
class PayState extends HTMLElement {
  connectedCallback() {
    this.until = Date.now() + 30 * 60 * 1000;
    this.timer = setTimeout(() => this.ask(), 3000);
  }
  disconnectedCallback() {
    clearTimeout(this.timer);
  }
  async ask() {
    if (!document.hidden) {
      try {
        const answer = await fetch(this.getAttribute("src"), { credentials: "same-origin" });
        if (answer.ok && (await answer.json()).state !== "pending") {
          location.reload();
          return;
        }
      } catch {
        // The network comes and goes on a phone: the next question finds it.
      }
    }
    if (Date.now() < this.until) this.timer = setTimeout(() => this.ask(), 4000);
  }
}
customElements.define("pay-state", PayState);
