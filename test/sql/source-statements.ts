import { readdir, readFile } from "node:fs/promises";

/** A modification as it stands in the source. */
export type SourceStatement = { file: string; text: string; pattern: RegExp };

const app = new URL("../../app/", import.meta.url);
const begin = /\b(?:INSERT INTO|UPDATE|DELETE FROM) (?:"|pgboss\.)/g;

/**
 * Every modification in the app's source, from its first word on, as far as its text is there: what
 * is put into it when it runs may be anything.
 */
export async function sourceStatements(): Promise<SourceStatement[]> {
  const names = await readdir(app, { recursive: true });
  const files = names.filter((name) => /\.tsx?$/.test(name) && !/generated|\.test\./.test(name));
  const found = await Promise.all(
    files.map(async (file) => {
      const source = await readFile(new URL(file, app), "utf8");
      return [...source.matchAll(begin)].map(({ index }) => {
        const [text = ""] = /^[^`]{0,160}/.exec(source.slice(index)) ?? [];
        return { file, text, pattern: patternOf(text) };
      });
    }),
  );
  return found.flat();
}

/** Two spaces are as good as one; the part before the last word may be cut in its middle. */
function patternOf(text: string): RegExp {
  const parts = text.replace(/\$\{[^}]*$/, "").split(/\$\{[^}]*\}/);
  const escaped = parts.map((part) =>
    part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+"),
  );
  return new RegExp(escaped.join("[^]*?"));
}
