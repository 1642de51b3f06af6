import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { build } from "esbuild";

/** where Shopify runs extensions */
const origin = "https://extensions.shopifycdn.com";

type Host = {
  /** folder below extensions/ */
  extension: string;
  /** of it, such as "src/action.tsx" */
  module: string;
  language?: "en.default" | "de" | "fr" | "nl";
  appUrl: string;
  token: string;
  /** what Shopify gives the extension besides words and a session token: an object's text */
  gives: string;
};

/** The extension's code as Shopify's command line would bundle it. */
async function bundle({ extension, module, appUrl }: Host): Promise<string> {
  const folder = new URL(`../../extensions/${extension}/`, import.meta.url).pathname;
  const { outputFiles } = await build({
    entryPoints: [folder + module],
    jsx: "automatic",
    jsxImportSource: "preact",
    define: { "process.env.APP_URL": JSON.stringify(appUrl) },
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

/** Shopify's elements, as far as they can be drawn without it: what is where, and what is which. */
const looks = `
  body { font: 14px/1.5 Inter, sans-serif; margin: 0; padding: 16px; max-width: 620px; }
  s-admin-action, s-customer-account-action { display: flex; flex-direction: column; gap: 16px;
    border: 1px solid #ccc; border-radius: 12px; padding: 16px; }
  [heading]::before { content: attr(heading); font-size: 18px; font-weight: 600; }
  s-stack { display: flex; flex-direction: column; gap: 12px; }
  s-text, s-paragraph, s-link { display: block; margin: 0; }
  s-text[type=strong] { font-weight: 600; }
  s-text[color=subdued] { color: #616161; }
  s-banner { display: block; border-radius: 8px; padding: 12px; background: #fff1e3; }
  s-banner[tone=success] { background: #cdfee1; }
  s-banner[tone=critical] { background: #fee9e8; }
  s-select::before, s-checkbox::before { content: attr(label) ": " attr(value); }
  s-checkbox::before { content: "☐ " attr(label); }
  s-checkbox[checked]::before { content: "☑ " attr(label); }
  s-option { display: none; }
  s-button { display: inline-block; align-self: flex-start; border: 1px solid #8a8a8a; border-radius: 8px;
    padding: 6px 12px; cursor: pointer; }
  s-button[variant=primary] { background: #303030; color: #fff; }
  s-button[disabled] { opacity: 0.5; }`;

/**
 * Runs an extension at Shopify's origin with what its host gives it: words in a language, and a
 * session token. A `fetch` of a path goes to the app with the token, as in Shopify's admin.
 */
export async function openExtension(page: Page, given: Host): Promise<void> {
  const { extension, language = "en.default", appUrl, token, gives } = given;
  const locale = new URL(`../../extensions/${extension}/locales/${language}.json`, import.meta.url);
  const host = `
    const texts = ${readFileSync(locale, "utf8")};
    const asked = globalThis.fetch;
    globalThis.fetch = (address, init) =>
      address.startsWith("/")
        ? asked("${appUrl}" + address, { ...init, headers: { ...init?.headers, Authorization: "Bearer ${token}" } })
        : asked(address, init);
    const textAt = (key) => key.split(".").reduce((at, part) => at?.[part], texts);
    globalThis.shopify = {
      i18n: {
        translate: (key, values = {}) =>
          String(textAt(key)).replace(/{{(\\w+)}}/g, (_, name) => values[name]),
        formatDate: (date, how) => new Intl.DateTimeFormat(texts.language ?? "en", how).format(date),
      },
      sessionToken: { get: async () => "${token}" },
      close: () => document.body.replaceChildren("closed"),
      ...${gives},
    };
    const { default: extension } = await import("/extension.js");
    await extension();`;
  const code = await bundle(given);
  await page.context().grantPermissions(["local-network-access"], { origin });
  await page.route(`${origin}/**`, (route) =>
    route.request().url().endsWith("/extension.js")
      ? route.fulfill({ contentType: "text/javascript", body: code })
      : route.fulfill({
          contentType: "text/html; charset=utf-8",
          body: `<!doctype html><meta name="viewport" content="width=device-width"><style>${looks}</style><body></body><script type="module">${host}</script>`,
        }),
  );
  await page.goto(`${origin}/`);
}
