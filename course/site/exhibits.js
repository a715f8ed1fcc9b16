// Sliders and switches over figures that were made with the page.
// Without this script all figures of an exhibit stand beside each other.
(() => {
  "use strict";

  let count = 0;

  const made = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  const control = (exhibit, parts) => {
    const { kind, label, caption } = exhibit.dataset;
    const is_switch = kind === "switch";
    const id = `exhibit-${(count += 1)}`;
    const input = made("input", { id, type: is_switch ? "checkbox" : "range" });
    const value = made("output", { htmlFor: id });
    if (is_switch) input.setAttribute("role", "switch");
    else Object.assign(input, { min: 0, max: parts.length - 1, step: 1, value: 0 });

    const move = () => {
      const place = is_switch ? Number(input.checked) : Number(input.value);
      parts.forEach((part, number) => part.classList.toggle("seen", number === place));
      value.textContent = parts[place].dataset.value;
      if (!is_switch) input.setAttribute("aria-valuetext", parts[place].dataset.value);
    };

    input.addEventListener("input", move);
    move();
    value.setAttribute("aria-live", "polite");
    const text = made("label", { htmlFor: id, textContent: is_switch ? label : `${label}: ` });
    const row = made("p", { className: "exhibit-control" });
    row.append(...(is_switch ? [input, text, value] : [text, value, input]));
    exhibit.prepend(row);
    exhibit.append(made("p", { className: "exhibit-caption", textContent: caption }));
    exhibit.classList.add("moves");
  };

  for (const exhibit of document.querySelectorAll(".exhibit:not([data-kind=draw])")) {
    control(exhibit, [...exhibit.querySelectorAll(".exhibit-part")]);
  }
})();
