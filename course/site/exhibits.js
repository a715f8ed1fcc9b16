// Sliders and switches over figures that were made with the page.
// Without this script all figures of an exhibit stand beside each other.
(() => {
  "use strict";

  const made = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  const slider = (id, label, parts) => {
    const input = made("input", { id, type: "range", min: 0, max: parts.length - 1, value: 0 });
    return [input, made("label", { htmlFor: id }, `${label}: `)];
  };

  const toggle = (id, label) => {
    const input = made("input", { id, type: "checkbox" });
    input.setAttribute("role", "switch");
    return [input, made("label", { htmlFor: id }, label)];
  };

  const control = (exhibit, id) => {
    const { kind, label } = exhibit.dataset;
    const parts = [...exhibit.querySelectorAll(".exhibit-part")];
    const is_switch = kind === "switch";
    const [input, text] = (is_switch ? toggle : slider)(id, label, parts);
    const value = made("output", { htmlFor: id });
    value.setAttribute("aria-live", "polite");

    const move = () => {
      const place = Number(is_switch ? input.checked : input.value);
      parts.forEach((part, number) => part.classList.toggle("seen", number === place));
      value.textContent = parts[place].dataset.value;
      if (!is_switch) input.setAttribute("aria-valuetext", parts[place].dataset.value);
    };

    input.addEventListener("input", move);
    const row = is_switch ? [input, text, value] : [text, value, input];
    exhibit.prepend(made("div", { className: "exhibit-control" }, ...row));
    exhibit.classList.add("moves");
    move();
  };

  document
    .querySelectorAll(".exhibit:not([data-kind=draw])")
    .forEach((exhibit, number) => control(exhibit, `exhibit-${number + 1}`));
})();
