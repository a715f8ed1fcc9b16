// The reader draws a curve before the true one appears: with a pointer, or with two sliders.
// Without this script the true curve is a figure like others.
(() => {
  "use strict";

  const WIDTH = 560;
  const HEIGHT = 300;
  const LEFT = 56;
  const BOTTOM = 44;
  const TOP = 12;
  const RIGHT = 16;

  const svg = (tag, attributes, text) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const made = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  const rounded = (value) => Number(value.toPrecision(3)).toLocaleString("en");

  class Drawing {
    constructor(exhibit, number) {
      this.exhibit = exhibit;
      this.facts = JSON.parse(exhibit.dataset.draw);
      const { x, range } = this.facts;
      this.guess = x.map(() => (range[0] + range[1]) / 2);
      this.build(number);
      this.draw();
    }

    told(value) {
      return this.facts.percent ? `${Math.round(100 * value)} %` : rounded(value);
    }

    across(place) {
      const scale = this.facts.log ? Math.log : (value) => value;
      const [first, last] = [this.facts.x[0], this.facts.x.at(-1)].map(scale);
      const share = (scale(this.facts.x[place]) - first) / (last - first);
      return LEFT + share * (WIDTH - LEFT - RIGHT);
    }

    up(value) {
      const [low, high] = this.facts.range;
      return HEIGHT - BOTTOM - ((value - low) / (high - low)) * (HEIGHT - BOTTOM - TOP);
    }

    build(number) {
      const { x, question, xlabel, ylabel, range } = this.facts;
      this.paper = svg("svg", {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        role: "img",
        "aria-label": `${question} Draw here, or use the two sliders below.`,
      });
      for (let step = 0; step <= 4; step += 1) {
        const value = range[0] + ((range[1] - range[0]) * step) / 4;
        const y = this.up(value);
        this.paper.append(
          svg("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y, y2: y }),
          svg("text", { x: LEFT - 8, y: y + 5, "text-anchor": "end" }, this.told(value)),
        );
      }
      let free = -Infinity;
      x.forEach((value, place) => {
        const at = this.across(place);
        if (at < free) return;
        free = at + 54;
        const y = HEIGHT - BOTTOM + 18;
        this.paper.append(svg("text", { x: at, y, "text-anchor": "middle" }, rounded(value)));
      });
      const middle = (LEFT + WIDTH - RIGHT) / 2;
      this.paper.append(
        svg("text", { x: middle, y: HEIGHT - 6, "text-anchor": "middle" }, xlabel),
      );
      this.mine = svg("polyline", { class: "mine" });
      this.truth = svg("polyline", { class: "truth" });
      this.dots = x.map(() => svg("circle", { class: "mine", r: 6 }));
      this.paper.append(this.truth, this.mine, ...this.dots);

      const id = `draw-${number}`;
      this.where = made("input", { id: `${id}-x`, type: "range", min: 0, max: x.length - 1 });
      this.what = made("input", { id: `${id}-y`, type: "range", min: 0, max: 100 });
      this.where.value = 0;
      this.said = made("p", { className: "ask-said" });
      this.said.setAttribute("role", "status");
      this.button = made("button", { type: "button", className: "md-button" }, "Show the truth");
      this.exhibit.prepend(
        made("p", { className: "exhibit-question" }, made("b", {}, "Draw first. "), question),
        made("p", { className: "exhibit-axis" }, ylabel),
        this.paper,
        made(
          "p",
          { className: "exhibit-control" },
          made("label", { htmlFor: this.where.id }, `${xlabel}: `),
          this.where,
          made("label", { htmlFor: this.what.id }, `${ylabel}, your guess: `),
          this.what,
        ),
        this.button,
        this.said,
      );
      this.where.addEventListener("input", () => this.draw());
      this.what.addEventListener("input", () => this.guessed());
      this.button.addEventListener("click", () => this.reveal());
      this.paper.addEventListener("pointerdown", (event) => {
        this.paper.setPointerCapture(event.pointerId);
        this.pointed(event);
      });
      this.paper.addEventListener("pointermove", (event) => {
        if (event.buttons) this.pointed(event);
      });
      this.exhibit.classList.add("moves");
    }

    guessed() {
      const [low, high] = this.facts.range;
      this.guess[Number(this.where.value)] = low + ((high - low) * Number(this.what.value)) / 100;
      this.draw();
    }

    pointed(event) {
      const box = this.paper.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * WIDTH;
      const y = ((event.clientY - box.top) / box.height) * HEIGHT;
      const places = this.facts.x.map((_, place) => Math.abs(this.across(place) - x));
      const [low, high] = this.facts.range;
      const share = (HEIGHT - BOTTOM - y) / (HEIGHT - BOTTOM - TOP);
      this.where.value = places.indexOf(Math.min(...places));
      this.what.value = 100 * Math.min(1, Math.max(0, share));
      this.guess[Number(this.where.value)] = low + (high - low) * Math.min(1, Math.max(0, share));
      this.draw();
    }

    draw() {
      const place = Number(this.where.value);
      const [low, high] = this.facts.range;
      this.what.value = (100 * (this.guess[place] - low)) / (high - low);
      this.where.setAttribute("aria-valuetext", rounded(this.facts.x[place]));
      this.what.setAttribute("aria-valuetext", this.told(this.guess[place]));
      this.mine.setAttribute("points", this.line(this.guess));
      this.dots.forEach((dot, number) => {
        dot.setAttribute("cx", this.across(number));
        dot.setAttribute("cy", this.up(this.guess[number]));
        dot.classList.toggle("held", number === place);
      });
    }

    line(values) {
      return values.map((value, place) => `${this.across(place)},${this.up(value)}`).join(" ");
    }

    reveal() {
      const { x, y } = this.facts;
      this.truth.setAttribute("points", this.line(y));
      const off = y.map((value, place) => Math.abs(value - this.guess[place]));
      const mean = off.reduce((sum, value) => sum + value, 0) / off.length;
      const worst = off.indexOf(Math.max(...off));
      this.said.textContent =
        `On average you were ${this.told(mean)} off, and most at ${rounded(x[worst])}: ` +
        `you drew ${this.told(this.guess[worst])}, and it is ${this.told(y[worst])}.`;
      this.exhibit.classList.add("revealed");
      this.button.textContent = "Compare again";
    }
  }

  document
    .querySelectorAll(".exhibit[data-kind=draw]")
    .forEach((exhibit, number) => new Drawing(exhibit, number + 1));
})();
