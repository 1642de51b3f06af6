// npm run advisories: reads what `npm audit --json` says, and fails on an advisory that
// docs/security.md does not list as known, or lists although it is none any more.
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { advisoriesOf, knownOf, wrongOf } from "./advisories.ts";

const found = advisoriesOf(JSON.parse(await text(process.stdin)));
const known = knownOf(readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8"));
const wrong = wrongOf(found, known);
for (const line of wrong) console.error(line);
console.log(`${found.length} advisories, moderate or worse; ${known.length} are known.`);
process.exit(wrong.length === 0 ? 0 : 1);
