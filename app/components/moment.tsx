import { useSyncExternalStore } from "react";

const never = () => () => {};

/**
 * A moment in the reader's own time zone and language. The server knows neither: it, and the first
 * rendering in the browser, write UTC.
 *
 * @param at epoch milliseconds
 */
export function Moment({ at }: { at: number }) {
  const isBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  const iso = new Date(at).toISOString();
  return (
    <time dateTime={iso}>
      {isBrowser
        ? new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(at)
        : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`}
    </time>
  );
}
