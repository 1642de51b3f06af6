import { expect, it } from "vitest";
import { csvLine } from "./order-csv.ts";

it.each([
  [["1001", "Muster"], "1001,Muster\r\n"],
  [['He said "no"', "a,b", "two\nlines"], '"He said ""no""","a,b","two\nlines"\r\n'],
  [["=1+1", "+49", "-1", "@x", "\tx"], "'=1+1,'+49,'-1,'@x,'\tx\r\n"],
  [["", "ok=1"], ",ok=1\r\n"],
])("writes %j as one line of CSV", (cells, line) => {
  expect(csvLine(cells)).toBe(line);
});
