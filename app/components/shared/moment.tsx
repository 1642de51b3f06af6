import { useEffect, useState } from "react";
import { useLocale } from "./locale.tsx";

/**
 * A moment in the merchant's language and the shop's time zone.
 *
 * @param at epoch milliseconds
 */
export function Moment({ at }: { at: number }) {
  const { formatTime } = useLocale();
  return (
    // Two versions of Unicode's data may differ in a space.
    <time dateTime={new Date(at).toISOString()} suppressHydrationWarning>
      {formatTime(at)}
    </time>
  );
}

/**
 * How long ago a moment was, or how soon it will be; kept up to date.
 *
 * @param at epoch milliseconds
 */
export function RelativeMoment({ at }: { at: number }) {
  const { formatRelative, formatTime } = useLocale();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={new Date(at).toISOString()} title={formatTime(at)} suppressHydrationWarning>
      {formatRelative(at, now)}
    </time>
  );
}
