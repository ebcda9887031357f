// Pictures large, in a dialog: arrows move, Escape closes, focus returns. Without this each link opens its picture.
class PortalGallery extends HTMLElement {
  connectedCallback() {
    this.links = [...this.querySelectorAll("a")];
    this.links.forEach((link, at) => link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.open(at);
    }));
  }
  build() {
    const dialog = document.createElement("dialog");
    dialog.className = "lightbox";
    dialog.setAttribute("aria-label", this.dataset.label);
    const button = (name, label, act) => {
      const one = document.createElement("button");
      one.type = "button";
      one.className = name;
      one.setAttribute("aria-label", label);
      one.addEventListener("click", act);
      return one;
    };
    this.picture = document.createElement("img");
    this.caption = document.createElement("p");
    this.caption.setAttribute("aria-live", "polite");
    dialog.append(
      button("close", this.dataset.close, () => dialog.close()),
      button("previous", this.dataset.previous, () => this.show(this.at - 1)),
      this.picture,
      button("next", this.dataset.next, () => this.show(this.at + 1)),
      this.caption,
    );
    dialog.addEventListener("keydown", (event) => {
      if (event.key === "ArrowRight") this.show(this.at + 1);
      if (event.key === "ArrowLeft") this.show(this.at - 1);
    });
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("close", () => this.links[this.at].focus());
    this.append(dialog);
    return dialog;
  }
  open(at) {
    this.dialog ??= this.build();
    this.show(at);
    this.dialog.showModal();
  }
  show(at) {
    this.at = (at + this.links.length) % this.links.length;
    const link = this.links[this.at];
    const words = link.closest("figure").querySelector("figcaption")?.textContent ?? "";
    this.picture.src = link.href;
    this.picture.alt = link.querySelector("img").alt;
    this.caption.textContent = `${this.at + 1}/${this.links.length}${words ? ` · ${words}` : ""}`;
  }
}
customElements.define("portal-gallery", PortalGallery);
