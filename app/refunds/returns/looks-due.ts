/** SQL: whether a shop is to be looked at. @param now the parameter that holds the time */
export function looksDue(now: string): string {
  return `coalesce("returnsLookAt" <= ${now},
    "scopes" ~ '(^|,)(read|write)_returns(,|$)')`;
}
