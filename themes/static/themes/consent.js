// Something of another host: loaded into the page after a click, never before.
class PortalConsent extends HTMLElement {
  connectedCallback() {
    if (this.querySelector("button")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = this.dataset.button;
    button.addEventListener("click", () => this.show());
    this.querySelector(".actions").prepend(button);
  }
  show() {
    const frame = document.createElement("iframe");
    frame.title = this.dataset.title;
    frame.referrerPolicy = "strict-origin-when-cross-origin";
    frame.allow = "fullscreen; picture-in-picture";
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-popups allow-presentation");
    frame.src = this.dataset.frame;
    this.parentElement.classList.add("loaded");
    this.parentElement.querySelector(":scope > .poster")?.remove();
    this.replaceChildren(frame);
    frame.tabIndex = 0;
    frame.focus();
  }
}
customElements.define("portal-consent", PortalConsent);
