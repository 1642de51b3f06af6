/** What npm says of the packages, as far as it is read here: `npm audit --json`, version 2. */
export type Report = {
  /** absent where the registry did not answer */
  vulnerabilities?: {
    [name: string]: {
      /** advisories, or the names of packages through which one comes */
      via: (string | { name: string; severity: string; title: string; url: string })[];
    };
  };
};

/** GHSA-…, of which package, how bad, and what it is. */
export type Advisory = { id: string; name: string; severity: string; title: string };

const severe = ["moderate", "high", "critical"];
const ghsa = /GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}/;

/**
 * The advisories of a report, moderate or worse, each once.
 *
 * @throws where the report is none: an audit that could not be made finds nothing, which says nothing
 */
export function advisoriesOf({ vulnerabilities }: Report): Advisory[] {
  if (!vulnerabilities) throw new Error("The registry did not answer the audit.");
  const all = Object.values(vulnerabilities).flatMap(({ via }) => via);
  const named = all
    .filter((one) => typeof one !== "string")
    .filter(({ severity }) => severe.includes(severity))
    .map(({ name, severity, title, url }) => ({
      id: ghsa.exec(url)?.[0] ?? url,
      name,
      severity,
      title,
    }));
  return [...new Map(named.map((one) => [one.id, one])).values()];
}

/** The advisories that docs/security.md lists as known, by the first table that begins rows with them. */
export function knownOf(page: string): string[] {
  return [...page.matchAll(/^\| (GHSA-[\w-]+)/gm)].map(([, id = ""]) => id);
}

/** What is wrong, in a sentence each: what nobody has judged, and what is listed for nothing. */
export function wrongOf(found: readonly Advisory[], known: readonly string[]): string[] {
  const unjudged = found.filter(({ id }) => !known.includes(id));
  const gone = known.filter((id) => !found.some((one) => one.id === id));
  return [
    ...unjudged.map(({ id, name, severity, title }) => `${id} (${severity}), ${name}: ${title}`),
    ...gone.map((id) => `${id} is not reported any more: take it out of docs/security.md.`),
  ];
}
