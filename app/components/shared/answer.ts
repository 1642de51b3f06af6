import { useEffect, useRef } from "react";

/**
 * Gives each answer of a fetcher to `take`, once: renders in between, and texts in another language,
 * do not bring it again.
 */
export function useAnswer<Answer>(
  { data, state }: { data: Answer | undefined; state: string },
  take: (answer: Answer) => void,
): void {
  const told = useRef<Answer | undefined>(undefined);
  useEffect(() => {
    if (state !== "idle" || !data || told.current === data) return;
    told.current = data;
    take(data);
  }, [data, state, take]);
}
