import { Box, InlineStack, Text } from "@shopify/polaris";
import { scaleBand, scaleLinear } from "d3-scale";

const height = 160;

/** One part of each bar, the lowest first; `color`: CSS. */
export type BarPart = { name: string; color: string };

type Props = {
  /** says what the chart shows, to who cannot see it */
  label: string;
  parts: BarPart[];
  /** from left to right; `values` in the order of the parts, none below 0 */
  bars: { key: string; name: string; values: number[] }[];
  format(value: number): string;
  /** values are whole: so are the marks */
  isWhole?: boolean;
};

/**
 * Bars of several parts, with what the parts are. Drawn by the server too; across in percent, so that
 * it fits any width without being drawn again.
 */
export function StackedBars({ label, parts, bars, format, isWhole = true }: Props) {
  const most = Math.max(1, ...bars.map(({ values }) => values.reduce((sum, one) => sum + one, 0)));
  const x = scaleBand(
    bars.map(({ key }) => key),
    [4, 100],
  ).padding(0.25);
  const y = scaleLinear([0, most], [height, 12]).nice(4);
  const ticks = y.ticks(4).filter((tick) => !isWhole || Number.isInteger(tick));
  const ends = [bars[0], bars[Math.floor(bars.length / 2)], bars.at(-1)].flatMap(
    (bar) => bar ?? [],
  );
  return (
    <>
      <div>
        <svg
          role="img"
          aria-label={label}
          width="100%"
          height={height}
          style={{ display: "block" }}
        >
          {ticks.map((tick) => (
            <g key={tick}>
              <line
                x1="4%"
                x2="100%"
                y1={y(tick)}
                y2={y(tick)}
                stroke="var(--p-color-border-secondary)"
              />
              <text x="0" y={y(tick) - 3} fontSize="11" fill="var(--p-color-text-secondary)">
                {format(tick)}
              </text>
            </g>
          ))}
          {bars.map(({ key, values }) => (
            <g key={key}>
              {parts.map(({ name, color }, index) => {
                const below = values.slice(0, index).reduce((sum, one) => sum + one, 0);
                const to = below + (values[index] ?? 0);
                return to === below ? null : (
                  <rect
                    key={name}
                    x={`${x(key) ?? 0}%`}
                    width={`${x.bandwidth()}%`}
                    y={y(to)}
                    height={y(below) - y(to)}
                    fill={color}
                    rx="1"
                  />
                );
              })}
            </g>
          ))}
        </svg>
        <Box paddingInlineStart="300" paddingBlockStart="100">
          <InlineStack align="space-between" wrap={false}>
            {ends.map(({ key, name }) => (
              <Text key={key} as="span" variant="bodyXs" tone="subdued">
                {name}
              </Text>
            ))}
          </InlineStack>
        </Box>
      </div>
      <InlineStack gap="400">
        {parts.map(({ name, color }) => (
          <InlineStack key={name} gap="150" blockAlign="center">
            <span style={{ width: 10, height: 10, borderRadius: 2, background: color }} />
            <Text as="span" variant="bodySm">
              {name}
            </Text>
          </InlineStack>
        ))}
      </InlineStack>
    </>
  );
}
