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
