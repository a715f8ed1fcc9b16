// Tables and formulas that are wider than the page scroll: also for those who have only keys.
(() => {
  "use strict";

  const reachable = new ResizeObserver((seen) => {
    for (const { target } of seen) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });

  const watch = () => {
    const wide = ".md-typeset__scrollwrap, .math-block";
    document.querySelectorAll(wide).forEach((one) => reachable.observe(one));
  };

  // The theme wraps tables once the page is there.
  addEventListener("load", watch);
})();
