import type { CSSProperties, ReactNode } from "react";

const page: CSSProperties = {
  fontFamily: "Inter, system-ui, sans-serif",
  lineHeight: 1.5,
  color: "#303030",
  maxWidth: "34rem",
  margin: "15vh auto",
  padding: "0 1.5rem",
};

/** A page outside Shopify's admin, where neither Polaris nor App Bridge is loaded. */
export function PlainPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main style={page}>
      <h1 style={{ fontSize: "1.5rem" }}>{title}</h1>
      <p>{children}</p>
    </main>
  );
}
