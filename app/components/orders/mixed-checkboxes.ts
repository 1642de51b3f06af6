import { useEffect } from "react";

/**
 * Polaris says of a checkbox that stands for some of its rows that it is mixed, to assistive
 * technology, but leaves the checkbox itself unchecked: the two contradict each other. To be used where
 * such checkboxes are drawn.
 */
export function useMixedCheckboxes(): void {
  useEffect(() => {
    for (const box of document.querySelectorAll<HTMLInputElement>(".Polaris-Checkbox__Input")) {
      box.indeterminate = box.ariaChecked === "mixed";
    }
  });
}
