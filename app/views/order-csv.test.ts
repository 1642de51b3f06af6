import { expect, it } from "vitest";
import { csvLine } from "./order-csv.ts";

it.each([
  [["1001", "Muster"], '"1001","Muster"\r\n'],
  [['He said "no"', "a,b", "two\nlines"], '"He said ""no""","a,b","two\nlines"\r\n'],
  [["", "ok=1", "a-b; c"], '"","ok=1","a-b; c"\r\n'],
])("writes %j as one line of CSV", (cells, line) => {
  expect(csvLine(cells)).toBe(line);
});

it.each<[string, string, string]>([
  ["an equals sign", "=1+1", "'=1+1"],
  ["a plus", "+49", "'+49"],
  ["a minus", "-1", "'-1"],
  ["an at sign", "@x", "'@x"],
  ["a tab", "\tx", "'\tx"],
  ["a carriage return", "\rx", "'\rx"],
  ["a line feed", "\nx", "'\nx"],
  ["a full-width equals sign", "＝1+1", "'＝1+1"],
  ["a full-width plus", "＋1", "'＋1"],
  ["a full-width minus", "－1", "'－1"],
  ["a full-width at sign", "＠x", "'＠x"],
  ["a mark behind blanks", "  =1", "'  =1"],
  ["a mark behind other blanks", "\u00a0\u3000\u200b\ufeff=1", "'\u00a0\u3000\u200b\ufeff=1"],
  ["a mark behind NUL", "\u0000=1", "'\u0000=1"],
  ["a mark behind a quote", '"=1', `'""=1`],
  ["a mark behind a semicolon", "Meier;=1+1", "Meier;'=1+1"],
  ["a mark behind a semicolon and a blank", "Meier; ＠x", "Meier;' ＠x"],
  ["a mark behind a semicolon and a quote", 'Meier;"=1', `Meier;'""=1`],
  ["a mark on a line of its own", "Meier\n=1", "Meier\n'=1"],
  ["a mark behind a carriage return", "Meier\r@x", "Meier\r'@x"],
  ["a mark behind a tab", "Meier\t-1", "Meier\t'-1"],
  ["each of several", "=1;=2\n=3", "'=1;'=2\n'=3"],
])("lets %s begin no formula", (_what, cell, text) => {
  expect(csvLine([cell])).toBe(`"${text}"\r\n`);
});
