import { z } from "zod";

/** The parts of the theme app extension, by the names of their files. */
export const themeParts = ["protection", "cart-guard"] as const;
export type ThemePart = (typeof themeParts)[number];

/** What an open page tells: the parts that are live in the theme, as Shopify knows it. */
export const themeRequest = z.object({ live: z.array(z.enum(themeParts)).max(themeParts.length) });
