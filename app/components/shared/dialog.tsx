import { Modal, type ModalProps } from "@shopify/polaris";
import { useEffect, useState } from "react";

/** Polaris's buttons drop the focus when the mouse lets go of them, before anything opens. */
let focusedLast: Element | null = null;
if (typeof document !== "undefined") {
  document.addEventListener("focusin", ({ target }) => {
    focusedLast = target instanceof Element ? target : null;
  });
}

/**
 * Polaris's modal that gives the focus back, however it is closed, to what it was opened with: Polaris
 * does so only for a modal that draws its own button.
 */
export function Dialog(props: ModalProps) {
  return props.open ? <OpenDialog {...props} /> : null;
}

Dialog.Section = Modal.Section;

function OpenDialog(props: ModalProps) {
  const [opener] = useState(() => openerOf(focusedLast));
  useEffect(
    // after the dialog has let go of the focus
    () => () => void setTimeout(() => opener?.isConnected && opener.focus(), 0),
    [opener],
  );
  return <Modal {...props} />;
}

/** An entry of a menu is gone with its menu: the button of the menu then stands for it. */
function openerOf(element: Element | null): HTMLElement | null {
  const menu = element?.closest(".Polaris-Popover")?.querySelector("[id]")?.id;
  const popover = element?.closest("[id^='Popover']")?.id ?? menu;
  const button = popover
    ? document.querySelector(`[aria-controls="${CSS.escape(popover)}"]`)
    : element;
  return button instanceof HTMLElement && button !== document.body ? button : null;
}
