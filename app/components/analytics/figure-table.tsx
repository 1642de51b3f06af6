import type { CSSProperties } from "react";

const cell: CSSProperties = {
  padding: "var(--p-space-150) var(--p-space-100)",
  borderBottom: "var(--p-border-width-025) solid var(--p-color-border-secondary)",
  verticalAlign: "top",
  textAlign: "right",
  fontVariantNumeric: "tabular-nums",
};
const named: CSSProperties = { ...cell, textAlign: "left", overflowWrap: "anywhere" };
const heading: CSSProperties = { fontWeight: "var(--p-font-weight-medium)", hyphens: "auto" };

/**
 * A name and its figures in each row. As wide as its place, for a phone's too: what is too long goes
 * on in a second line, so that nothing scrolls sideways.
 */
export function FigureTable({
  label,
  headings,
  rows,
}: {
  label: string;
  headings: string[];
  rows: { key: string; cells: string[] }[];
}) {
  const styleOf = (index: number) => (index === 0 ? named : cell);
  return (
    <table aria-label={label} style={{ width: "100%", borderCollapse: "collapse" }}>
      <thead>
        <tr>
          {headings.map((text, index) => (
            <th key={text} scope="col" style={{ ...styleOf(index), ...heading }}>
              {text}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells: [name, ...figures] }) => (
          <tr key={key}>
            <th scope="row" style={{ ...named, fontWeight: "inherit" }}>
              {name}
            </th>
            {figures.map((text, index) => (
              <td key={headings[index + 1]} style={cell}>
                {text}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
