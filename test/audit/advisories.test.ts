import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { advisoriesOf, knownOf, type Report, wrongOf } from "./advisories.ts";

const root = new URL("../../", import.meta.url);
const page = readFileSync(new URL("docs/security.md", root), "utf8");

const advisory = (id: string, severity: string) => ({
  ...{ name: "router", severity, title: "it breaks" },
  url: `https://github.com/advisories/${id}`,
});
const report: Report = {
  vulnerabilities: {
    router: {
      via: [advisory("GHSA-2222-3333-4444", "high"), advisory("GHSA-2222-3333-5555", "low")],
    },
    page: { via: ["router", advisory("GHSA-2222-3333-4444", "high")] },
  },
};

describe("the audit of packages", () => {
  const found = advisoriesOf(report);

  it("takes each advisory once, from moderate on", () => {
    expect(found.map(({ id }) => id)).toEqual(["GHSA-2222-3333-4444"]);
  });

  it("fails on what is not listed, and on what is listed for nothing", () => {
    expect(wrongOf(found, ["GHSA-2222-3333-4444"])).toEqual([]);
    expect(wrongOf(found, [])).toEqual(["GHSA-2222-3333-4444 (high), router: it breaks"]);
    expect(wrongOf([], ["GHSA-2222-3333-4444"])).toHaveLength(1);
  });

  it("is none where the registry did not answer", () => {
    expect(() => advisoriesOf(JSON.parse(`{"message":"500","error":{}}`))).toThrow("not answer");
  });
});

describe("docs/security.md", () => {
  const known = [...page.matchAll(/^\| (GHSA-[\w-]+), CVE-[\d-]+ \| (\S+) ([\d.]+) \|/gm)];

  it("lists the advisories that are known, of packages as they are locked", () => {
    expect(knownOf(page)).toHaveLength(known.length);
    expect(known).not.toEqual([]);
    const { packages } = JSON.parse(readFileSync(new URL("package-lock.json", root), "utf8"));
    for (const [, id, name, version] of known) {
      // `6` stands for all that begin with it
      const locked = `${packages[`node_modules/${name}`]?.version}.`;
      expect(locked.startsWith(`${version}.`), `${id}: ${name} is locked at ${locked}`).toBe(true);
    }
  });
});

it("the image has Node in the version that is locked, by digest, and nothing else comes from outside", () => {
  const bases = [...readFileSync(new URL("Dockerfile", root), "utf8").matchAll(/^FROM (\S+)/gm)];
  const [first, ...others] = bases.map(([, base]) => base);
  const { packages } = JSON.parse(readFileSync(new URL("package-lock.json", root), "utf8"));
  expect(first).toMatch(/^node:[\d.]+-slim@sha256:[\da-f]{64}$/);
  expect(first).toContain(`node:${packages["node_modules/node"].version}-slim@`);
  expect(new Set(others)).toEqual(new Set(["base"]));
});

it("the actions of the workflow are named by commit", () => {
  const workflow = readFileSync(new URL(".github/workflows/ci.yml", root), "utf8");
  const actions = [...workflow.matchAll(/uses: (\S+)/g)].map(([, action]) => action);
  expect(actions).not.toEqual([]);
  for (const action of actions) expect(action).toMatch(/@[\da-f]{40}$/);
});
