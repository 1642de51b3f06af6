/** How the spreadsheets of a language read a file, and how its pages write times. */
export type CsvManner = { separator: "," | ";"; point: "." | ","; time: Intl.DateTimeFormat };

/** Where the decimal sign is a comma, spreadsheets take semicolons between cells. */
export function csvMannerOf(locale: string, timeZone: string): CsvManner {
  const parts = new Intl.NumberFormat(locale).formatToParts(1.5);
  const isComma = parts.some(({ type, value }) => type === "decimal" && value === ",");
  const time = new Intl.DateTimeFormat(locale, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone,
  });
  return isComma ? { separator: ";", point: ",", time } : { separator: ",", point: ".", time };
}
