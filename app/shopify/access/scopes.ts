/**
 * The access scopes that the app asks for and the shop has not granted; none while nothing is known.
 * Who may write may read.
 */
export function missingScopes(
  { SCOPES }: { SCOPES: readonly string[] },
  { scopes }: { scopes: string | null },
): string[] {
  if (scopes === null) return [];
  const granted = new Set(scopes.split(",").map((scope) => scope.trim()));
  return SCOPES.filter(
    (scope) => !granted.has(scope) && !granted.has(scope.replace(/^read_/, "write_")),
  );
}

/**
 * What the app may not read: scopes that the merchant grants, and approvals for protected customer
 * data that Shopify gives the app (`name`, `email`, …), each as far as orders were read without it. A
 * scope that was granted since is not missing any more.
 */
export function missingAccess(
  config: { SCOPES: readonly string[] },
  shop: { scopes: string | null; missingAccess: string | null },
): { missingScopes: string[]; missingApprovals: string[] } {
  const denied = shop.missingAccess?.split(",") ?? [];
  const approvals = denied.flatMap((one) => /^protected:(.+)$/.exec(one)?.[1] ?? []);
  const refused = denied.filter((one) => !one.startsWith("protected:"));
  const still = shop.scopes === null ? refused : missingScopes({ SCOPES: refused }, shop);
  const scopes = new Set([...missingScopes(config, shop), ...still]);
  return { missingScopes: [...scopes], missingApprovals: approvals };
}
