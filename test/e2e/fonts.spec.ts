import type { Page } from "@playwright/test";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";
import { test as storefrontTest } from "./shopper.ts";

const projects = ["Inter-Bold", "Inter-Medium", "Inter-Regular", "Inter-SemiBold"];
const families = [
  "Inter",
  "sans-serif",
  "serif",
  "monospace",
  "system-ui",
  "ui-monospace",
  "emoji",
  "Arial",
  "'DejaVu Sans'",
  "'Liberation Mono'",
  "'Noto Sans'",
];

type DomNode = { nodeId: number; children?: DomNode[]; contentDocument?: DomNode };

function within(node: DomNode): DomNode[] {
  return [node, ...(node.children ?? []).flatMap(within)];
}

/**
 * The fonts that drew the texts of the page, or of the document in its frame: the names in the
 * fonts' files, sorted.
 */
async function fontsOf(page: Page, where: "page" | "frame"): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  await session.send("DOM.enable");
  await session.send("CSS.enable");
  const { root } = await session.send("DOM.getDocument", { depth: -1, pierce: true });
  const framed = within(root).find(({ contentDocument }) => contentDocument)?.contentDocument;
  const top = where === "page" ? root : framed;
  if (top === undefined) throw new Error("The page has no frame.");
  const names = new Set<string>();
  for (const { nodeId } of within(top)) {
    const { fonts } = await session.send("CSS.getPlatformFontsForNode", { nodeId });
    for (const { postScriptName } of fonts) names.add(postScriptName);
  }
  await session.detach();
  return [...names].sort();
}

test("whichever font a page asks for, it gets the project's", async ({ page }) => {
  const texts = families.map((family) => `<p style="font-family: ${family}">Rückgabe 12 €</p>`);
  await page.setContent(`${texts.join("")}
    <p>no letters of Inter: 自転車 😀</p>
    <p style="font-weight: 450">regular</p><p style="font-weight: 550">medium</p>
    <p style="font-weight: 650">semibold</p><p style="font-weight: 700">bold</p>
    <code>code</code><button>button</button><select><option>option</option></select>`);
  expect(await fontsOf(page, "page")).toEqual(projects);
});

test("the app's pages are drawn with the project's font", async ({ page, world, shop }) => {
  await openApp(page, world, shop.domain);
  const fonts = await fontsOf(page, "frame");
  expect(fonts).toContain("Inter-SemiBold");
  expect(projects).toEqual(expect.arrayContaining(fonts));
});

storefrontTest("the storefront's pages are, too", async ({ page, shopper }) => {
  await shopper("plain").open();
  const fonts = await fontsOf(page, "page");
  expect(fonts).toContain("Inter-Regular");
  expect(projects).toEqual(expect.arrayContaining(fonts));
});
