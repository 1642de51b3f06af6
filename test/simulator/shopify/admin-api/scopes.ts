import { readFileSync } from "node:fs";

/** What Shopify approves an app for beside scopes. */
export const approvals = ["customer data", "name", "address", "email", "phone"] as const;
export type Approval = (typeof approvals)[number];

const page = readFileSync(new URL("../../../../docs/scopes.md", import.meta.url), "utf8");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|").map((cell) => cell.trim()));
const namesIn = (text: string) =>
  [...text.matchAll(/`([A-Za-z][\w.]*)`/g)].map(([, name]) => `${name}`);

/** docs/scopes.md: field or object → scope; null: its page at Shopify names none. */
export const scopeTable: ReadonlyMap<string, string | null> = new Map(
  rows
    .filter(([, , , address]) => address?.startsWith("https://shopify.dev/"))
    .flatMap(([, name = "", scope = ""]) =>
      namesIn(name).map((one) => [one, namesIn(scope)[0] ?? null] as const),
    ),
);

/** docs/scopes.md: field → what Shopify must have approved the app for. */
export const approvalTable: ReadonlyMap<string, Approval> = new Map(
  rows.flatMap(([, fields = "", text]) => {
    const approval = approvals.find((one) => one === text);
    return approval ? namesIn(fields).map((field) => [field, approval] as const) : [];
  }),
);

/** docs/scopes.md: objects that need nothing of their own. */
export const ownless: ReadonlySet<string> = new Set(
  namesIn(/An object that only carries parts.*/.exec(page)?.[0] ?? ""),
);

/** Who may write may read. */
export function isGranted(scopes: ReadonlySet<string>, scope: string): boolean {
  return scopes.has(scope) || scopes.has(scope.replace(/^read_/, "write_"));
}
