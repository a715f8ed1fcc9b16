// Questions and guesses: what a choice says, and what waits for it.
// Without this script the page shows everything, and the answers unfold below each question.
(() => {
  "use strict";

  const truths = [...document.querySelectorAll(".ask-truth")];

  const after = (ask) =>
    truths.find((one) => ask.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);

  const say = (ask, choice) => {
    const answer = ask.querySelectorAll("details li")[choice];
    const said = ask.querySelector(".ask-said");
    said.innerHTML = answer.querySelector(":scope > span").innerHTML;
    said.classList.toggle("right", answer.hasAttribute("data-right"));
    if (ask.dataset.kind === "guess") said.append(" Now look at what is true, below.");
  };

  // Who chooses stays where they are: the arrow keys go on to the next choice. Who asks to be
  // shown presses a button that is gone then, so the way goes on where the answer begins.
  const waiting = (ask, truth) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "md-button";
    button.textContent = "Show me, I have no guess";
    const reveal = () => {
      truth.classList.add("shown");
      button.remove();
    };
    button.addEventListener("click", () => {
      reveal();
      truth.tabIndex = -1;
      truth.focus();
    });
    ask.addEventListener("change", reveal);
    ask.append(button);
    truth.classList.add("waits");
  };

  for (const ask of document.querySelectorAll(".ask")) {
    ask.querySelector("details").hidden = true;
    ask.addEventListener("change", (event) => say(ask, Number(event.target.value)));
    const truth = ask.dataset.kind === "guess" && after(ask);
    if (truth) waiting(ask, truth);
  }
})();
