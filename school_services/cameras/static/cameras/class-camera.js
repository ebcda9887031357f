// The live picture of a class: hls.js where the browser has MediaSource, the browser's own player elsewhere (iPhone).
// The page asks every 3 s whether the picture may go on; a no empties the player at once, whatever it has in store.
const ASK = 3000;

class ClassCamera extends HTMLElement {
  async connectedCallback() {
    this.video = this.querySelector("video");
    this.mark = this.querySelector(".mark");
    this.line = this.querySelector(".status");
    this.video.removeAttribute("src");
    this.video.addEventListener("playing", () => this.say(""));
    this.asking = setInterval(() => this.ask(), ASK);
    this.moving = setInterval(() => this.move(), 7000);
    this.move();
    this.play();
  }

  disconnectedCallback() {
    this.stop();
  }

  say(text) {
    this.line.textContent = text;
  }

  async play() {
    await import(this.dataset.player);
    const { Hls } = globalThis;
    if (this.over) return;
    if (!Hls.isSupported()) {
      this.video.src = this.dataset.live;
      this.video.addEventListener("error", () => this.again(), { once: true });
      this.video.play().catch(() => {});
      return;
    }
    this.hls = new Hls({ enableWorker: false, liveSyncDurationCount: 2, backBufferLength: 0, maxBufferLength: 6 });
    this.hls.on(Hls.Events.ERROR, (_event, data) => {
      const status = data.response && data.response.code;
      if (status === 401 || status === 403) this.ask();
      else if (data.fatal) this.again();
    });
    this.hls.loadSource(this.dataset.live);
    this.hls.attachMedia(this.video);
    this.video.play().catch(() => {});
  }

  // The stream starts when the first viewer asks, and comes back by itself after a fault.
  again() {
    if (this.over || this.waiting) return;
    this.say(this.started ? this.dataset.lost : this.dataset.waiting);
    this.clear();
    this.waiting = setTimeout(() => {
      this.waiting = 0;
      this.play();
    }, 1500);
  }

  async ask() {
    let answer;
    try {
      answer = await fetch(this.dataset.state, { credentials: "same-origin", cache: "no-store" });
    } catch {
      return; // no line: the picture stands still by itself
    }
    if (answer.ok) {
      this.started ||= this.video.readyState > 1;
      return;
    }
    let why = "";
    try {
      why = (await answer.json()).why;
    } catch {
      // logged out
    }
    this.stop();
    this.say(`${this.dataset.over} ${why}`.trim());
  }

  clear() {
    this.hls?.destroy();
    this.hls = null;
    this.video.removeAttribute("src");
    this.video.load();
  }

  stop() {
    this.over = true;
    clearInterval(this.asking);
    clearInterval(this.moving);
    clearTimeout(this.waiting);
    if (this.video) this.clear();
    this.setAttribute("over", "");
  }

  // Name and time of who watches, at changing places of the picture.
  move() {
    const now = new Date();
    const two = (number) => String(number).padStart(2, "0");
    const day = `${two(now.getDate())}/${two(now.getMonth() + 1)}/${now.getFullYear()}`;
    this.mark.textContent = `${this.dataset.viewer} · ${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())} ${day}`;
    this.mark.dataset.place = String(1 + Math.floor(Math.random() * 6));
  }
}
customElements.define("class-camera", ClassCamera);
