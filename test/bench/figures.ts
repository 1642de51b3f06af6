import { writeFile } from "node:fs/promises";

/** One measured figure; `aim` in words, `ok` null where there is none. */
export type Figure = {
  name: string;
  value: number;
  unit: string;
  aim: string | null;
  ok: boolean | null;
};

export function atLeast(name: string, value: number, unit: string, aim: number): Figure {
  return { name, value: round(value), unit, aim: `at least ${aim}`, ok: value >= aim };
}

export function below(name: string, value: number, unit: string, aim: number): Figure {
  return { name, value: round(value), unit, aim: `below ${aim}`, ok: value < aim };
}

export function plain(name: string, value: number, unit: string): Figure {
  return { name, value: round(value), unit, aim: null, ok: null };
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))] ?? Number.NaN;
}

/** Prints the figures as a table and, where a file is named, writes them to it. */
export async function report(figures: readonly Figure[], file: string | undefined): Promise<void> {
  for (const { name, value, unit, aim, ok } of figures) {
    const verdict = ok === null ? "" : ok ? "ok" : "MISSED";
    console.log([name.padEnd(40), `${value} ${unit}`.padEnd(20), aim ?? "", verdict].join("  "));
  }
  if (file !== undefined) await writeFile(file, `${JSON.stringify({ figures }, null, 2)}\n`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
