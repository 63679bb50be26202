"use strict";
// Moves the native hints of the charts to a box beside the pointer; without it they are still there.
{
  const tip = document.getElementById("tip");
  for (const hint of document.querySelectorAll(".spots title")) {
    hint.parentNode.dataset.hint = hint.textContent;
    hint.remove();
  }
  addEventListener("pointermove", (event) => {
    const hint = event.target.dataset?.hint;
    tip.hidden = !hint;
    if (!hint) return;
    tip.textContent = hint;
    const room = innerWidth - tip.offsetWidth - 8;
    tip.style.left = Math.max(8, Math.min(event.clientX + 14, room)) + "px";
    tip.style.top = Math.max(8, event.clientY - tip.offsetHeight - 12) + "px";
  });
}
