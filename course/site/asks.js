// Questions and guesses: what a choice says, and what waits for it.
// Without this script the page shows everything, and the answers unfold below each question.
(() => {
  "use strict";

  const say = (ask, choice) => {
    const answer = ask.querySelectorAll("details li")[choice];
    const said = ask.querySelector(".ask-said");
    said.innerHTML = answer.querySelector("span").innerHTML;
    said.classList.toggle("right", answer.hasAttribute("data-right"));
    if (ask.dataset.kind === "guess") said.append(" Now look at what is true.");
  };

  const show = (truth) => truth && truth.classList.add("shown");

  const truths = [...document.querySelectorAll(".ask-truth")];

  for (const ask of document.querySelectorAll(".ask")) {
    const is_guess = ask.dataset.kind === "guess";
    const truth = is_guess
      ? truths.find((one) => ask.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING)
      : null;
    ask.querySelector("details").hidden = true;
    ask.addEventListener("change", (event) => {
      say(ask, Number(event.target.value));
      show(truth);
    });
    if (truth) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "md-button";
      button.textContent = "Show me, I have no guess";
      button.addEventListener("click", () => {
        show(truth);
        ask.querySelector(".ask-said").textContent = "Here it is.";
        button.remove();
      });
      ask.append(button);
      ask.addEventListener("change", () => button.remove());
      truth.classList.add("waits");
    }
  }
})();
