// The reader draws a curve before the true one appears: with a pointer, or with two sliders.
// Without this script the true curve is a figure like others.
(() => {
  "use strict";

  const TOP = 12;
  const RIGHT = 24;
  const BOTTOM = 30;
  const LETTER = 8.5; // pixels, the width of a digit
  const LINES = 4; // of the grid, above the lowest

  const svg = (tag, attributes, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  const made = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  const silent = (element) => {
    element.setAttribute("aria-hidden", "true"); // what is said elsewhere already
    return element;
  };

  const rounded = (value) => {
    const digits = Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
    return Number(digits).toLocaleString("en");
  };

  const percent = (share) => {
    const value = 100 * share;
    return value.toFixed(Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0);
  };

  const between = (value, low, high) => Math.min(high, Math.max(low, value));

  class Drawing {
    constructor(exhibit, number) {
      this.exhibit = exhibit;
      this.facts = JSON.parse(exhibit.dataset.draw);
      const [low, high] = this.facts.range;
      this.guess = this.facts.x.map(() => (low + high) / 2);
      this.touched = false;
      this.build(`draw-${number}`);
      const next = exhibit.nextElementSibling; // what tells what the curve is like
      this.story = next?.matches(".ask-truth") ? next : null;
      this.story?.classList.add("waits");
      new ResizeObserver(() => this.lay()).observe(this.paper);
      this.lay();
    }

    // What stands on the page: question, paper, two sliders, a button and what it says.

    build(id) {
      const { x, question, xlabel, ylabel } = this.facts;
      this.paper = svg("svg", {
        role: "img",
        "aria-label": `${question} Draw here, or use the two sliders below.`,
      });
      this.where = made("input", { id: `${id}-x`, type: "range", min: 0, max: x.length - 1 });
      this.what = made("input", { id: `${id}-y`, type: "range", min: 0, max: 100 });
      this.where.value = 0;
      this.place = silent(made("b", {}));
      this.value = silent(made("b", {}));
      this.button = made("button", { type: "button", className: "md-button" }, "Show the truth");
      this.said = made("p", { className: "ask-said" });
      this.said.setAttribute("role", "status");
      this.exhibit.prepend(
        made("p", { className: "exhibit-question" }, made("b", {}, "Draw first. "), question),
        silent(made("p", { className: "exhibit-axis" }, `↑ ${ylabel}`)),
        this.paper,
        silent(made("p", { className: "exhibit-axis across" }, `${xlabel} →`)),
        this.row(`${xlabel}: `, this.where, this.place),
        this.row(`${ylabel}, your guess: `, this.what, this.value),
        this.button,
        this.said,
      );
      this.listen();
      this.exhibit.classList.add("moves");
    }

    row(text, input, value) {
      const label = made("label", { htmlFor: input.id }, text);
      return made("div", { className: "exhibit-control" }, label, value, input);
    }

    listen() {
      this.where.addEventListener("input", () => this.draw());
      this.what.addEventListener("input", () => {
        this.put(Number(this.where.value), Number(this.what.value) / 100);
        this.draw();
      });
      this.button.addEventListener("click", () => this.reveal());
      this.paper.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        this.paper.setPointerCapture(event.pointerId);
        this.last = null;
        this.pointed(event);
      });
      this.paper.addEventListener("pointermove", (event) => {
        if (this.paper.hasPointerCapture(event.pointerId)) this.pointed(event);
      });
    }

    // Where things are on the paper, which is as wide as the page lets it be.

    across(place) {
      const scale = this.facts.log ? Math.log : (value) => value;
      const [first, last] = [this.facts.x[0], this.facts.x.at(-1)].map(scale);
      const share = (scale(this.facts.x[place]) - first) / (last - first);
      return this.left + share * (this.width - this.left - RIGHT);
    }

    up(value) {
      const [low, high] = this.facts.range;
      return this.height - BOTTOM - ((value - low) / (high - low)) * this.rise();
    }

    rise() {
      return this.height - BOTTOM - TOP;
    }

    line(values) {
      return values.map((value, place) => `${this.across(place)},${this.up(value)}`).join(" ");
    }

    told(value) {
      return this.facts.percent ? `${percent(value)} %` : rounded(value);
    }

    lay() {
      const width = this.paper.clientWidth || 560;
      if (width === this.width) return;
      const [low, high] = this.facts.range;
      const levels = Array.from({ length: LINES + 1 }, (_, i) => low + ((high - low) * i) / LINES);
      this.width = width;
      this.height = between(0.55 * width, 220, 320);
      this.left = 12 + LETTER * Math.max(...levels.map((level) => this.told(level).length));
      this.paper.setAttribute("viewBox", `0 0 ${width} ${this.height}`);
      this.mine = svg("polyline", { class: "mine" });
      this.dots = this.facts.x.map(() => svg("circle", { class: "mine", r: 6 }));
      this.truth = svg("polyline", { class: "truth" });
      this.paper.replaceChildren(
        ...levels.flatMap((level) => this.level(level)),
        ...this.ticks(),
        this.mine,
        ...this.dots,
        this.truth,
      );
      this.draw();
    }

    level(value) {
      const y = this.up(value);
      const text = svg("text", { x: this.left - 10, y: y + 5, "text-anchor": "end" });
      text.append(this.told(value));
      return [svg("line", { class: "grid", x1: this.left, x2: this.width, y1: y, y2: y }), text];
    }

    ticks() {
      let free = -Infinity;
      return this.facts.x.flatMap((value, place) => {
        const [at, half] = [this.across(place), (LETTER * rounded(value).length) / 2];
        if (at - half < free) return [];
        free = at + half + LETTER;
        const y = this.height - 6;
        return [svg("text", { x: at, y, "text-anchor": "middle" }, rounded(value))];
      });
    }

    // What the reader draws.

    put(place, share) {
      const [low, high] = this.facts.range;
      this.guess[place] = low + (high - low) * share;
      this.touched = true;
    }

    pointed(event) {
      const box = this.paper.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * this.width;
      const y = ((event.clientY - box.top) / box.height) * this.height;
      const far = this.facts.x.map((_, place) => Math.abs(this.across(place) - x));
      const place = far.indexOf(Math.min(...far));
      const share = between((this.height - BOTTOM - y) / this.rise(), 0, 1);
      this.join(this.last ?? { place, share }, { place, share });
      this.last = { place, share };
      this.where.value = place;
      this.draw();
    }

    // A quick stroke leaves points out: they lie on the line between those that were seen.
    join(from, to) {
      const steps = Math.abs(to.place - from.place);
      for (let step = 1; step < steps; step += 1) {
        const part = step / steps;
        const place = from.place + Math.sign(to.place - from.place) * step;
        this.put(place, from.share + (to.share - from.share) * part);
      }
      this.put(to.place, to.share);
    }

    draw() {
      const place = Number(this.where.value);
      const [low, high] = this.facts.range;
      this.what.value = (100 * (this.guess[place] - low)) / (high - low);
      this.place.textContent = rounded(this.facts.x[place]);
      this.value.textContent = this.told(this.guess[place]);
      this.where.setAttribute("aria-valuetext", this.place.textContent);
      this.what.setAttribute("aria-valuetext", this.value.textContent);
      this.mine.setAttribute("points", this.line(this.guess));
      this.dots.forEach((dot, number) => {
        dot.setAttribute("cx", this.across(number));
        dot.setAttribute("cy", this.up(this.guess[number]));
        dot.classList.toggle("held", number === place);
      });
      if (this.revealed) this.truth.setAttribute("points", this.line(this.facts.y));
    }

    // What is true, and how far off the guess was.

    reveal() {
      if (!this.revealed) this.said.before(this.legend());
      this.story?.classList.add("shown");
      this.revealed = true;
      this.said.textContent = this.verdict();
      this.button.textContent = "Compare again";
      this.exhibit.classList.add("revealed");
      this.draw();
    }

    legend() {
      const yours = made("span", { className: "mine" }, "your curve");
      const truth = made("span", { className: "truth" }, "the truth");
      return silent(made("p", { className: "exhibit-legend" }, yours, " ", truth));
    }

    verdict() {
      if (!this.touched) return "Here is the truth. You can still draw, and compare.";
      const { x, y, percent: shares } = this.facts;
      const off = y.map((value, place) => Math.abs(value - this.guess[place]));
      const mean = off.reduce((sum, value) => sum + value, 0) / off.length;
      const worst = off.indexOf(Math.max(...off));
      const far = shares ? `${percent(mean)} percentage points` : rounded(mean);
      return (
        `On average you were ${far} off, and most at ${rounded(x[worst])}: ` +
        `you drew ${this.told(this.guess[worst])}, and it is ${this.told(y[worst])}.`
      );
    }
  }

  document
    .querySelectorAll(".exhibit[data-kind=draw]")
    .forEach((exhibit, number) => new Drawing(exhibit, number + 1));
})();
