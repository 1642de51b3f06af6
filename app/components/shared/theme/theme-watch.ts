import { useRevalidator } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import { useEffect, useRef, useState } from "react";
import { type ThemePart, themeParts } from "./theme-request.ts";

/** So often Shopify is asked while a page stays open. */
const intervalMs = 10 * 60_000;

/**
 * Which of the app's parts are live in the theme. Shopify knows, and App Bridge asks it: whenever a
 * page of the app is opened, when the merchant comes back to it, and now and then while it is open.
 * The server is told, for a block that left the theme sells nothing any more and says so nowhere.
 */
export function useThemeWatch(): ReadonlySet<ThemePart> {
  const shopify = useAppBridge();
  const { revalidate } = useRevalidator();
  const readAnew = useRef(revalidate);
  readAnew.current = revalidate;
  const [live, setLive] = useState<ReadonlySet<ThemePart>>(new Set());
  useEffect(() => {
    const look = async () => {
      if (document.visibilityState !== "visible") return;
      const known = await livePartsOf(shopify);
      if (known === null) return;
      setLive(new Set(known));
      if (await tell(known)) readAnew.current();
    };
    look();
    const timer = setInterval(look, intervalMs);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [shopify]);
  return live;
}

/** Null: Shopify did not say, which is not the same as that none is live. */
async function livePartsOf(shopify: ReturnType<typeof useAppBridge>): Promise<ThemePart[] | null> {
  const extensions = await shopify.app.extensions().catch(() => null);
  const activations = (extensions ?? []).flatMap((extension) => [...extension.activations]);
  const statusOf = (part: ThemePart) =>
    activations.flatMap((activation) =>
      "handle" in activation && "status" in activation && activation.handle === part
        ? [activation.status]
        : [],
    );
  if (themeParts.some((part) => statusOf(part).length === 0)) return null;
  return themeParts.filter((part) => statusOf(part).includes("active"));
}

/** Whether the server did not know it. What it could not be told now is told with the next look. */
async function tell(live: readonly ThemePart[]): Promise<boolean> {
  try {
    const answer = await fetch("/app/theme", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ live }),
    });
    const told = answer.ok ? ((await answer.json()) as { isNews: boolean }) : null;
    return told?.isNews ?? false;
  } catch {
    return false;
  }
}
