import { useRevalidator } from "@remix-run/react";
import { useEffect } from "react";

/**
 * Reads the page's data again every so often while somebody can see it, and at once when it comes
 * back into sight.
 *
 * @param interval milliseconds
 */
export function useRefresh(interval: number): void {
  const { revalidate, state } = useRevalidator();
  useEffect(() => {
    if (state !== "idle") return;
    const refresh = () => {
      if (document.visibilityState === "visible") revalidate();
    };
    const timer = setTimeout(refresh, interval);
    document.addEventListener("visibilitychange", refresh);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", refresh);
    };
  }, [interval, revalidate, state]);
}
