// A person's part of a public page: fetched only when somebody is logged in (the plain cookie "da" says so), or for
// everyone where the part is not personal but must not be cached (a form).
// Without JavaScript the link inside the element leads to the same content as a page of its own.
class PortalIsland extends HTMLElement {
  async connectedCallback() {
    if (!this.hasAttribute("everyone") && !/(?:^|; )da=1/.test(document.cookie)) return;
    const source = this.getAttribute("src");
    this.setAttribute("busy", "");
    this.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(source, { headers: { "X-Portal-Island": "1" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
      this.replaceChildren(...parsed.body.childNodes);
    } catch {
      // The link stays: the page of its own says what is wrong.
    } finally {
      this.removeAttribute("busy");
      this.removeAttribute("aria-busy");
    }
  }
}
customElements.define("portal-island", PortalIsland);

// The page that is there without a network; what else is open comes first.
if ("serviceWorker" in navigator && document.querySelector("link[rel=manifest]")) {
  addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
}
