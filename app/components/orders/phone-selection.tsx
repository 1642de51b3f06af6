import { BlockStack, Box, Button, Checkbox, InlineStack, Text } from "@shopify/polaris";
import type { ReactNode } from "react";
import { useLocale } from "#app/components/shared/locale.tsx";

type Props = {
  count: number;
  /** of the page */
  total: number;
  actions: { content: string; disabled: boolean; onAction: () => void }[];
  onToggleAll: (chosen: boolean) => void;
};

/** Choosing orders where Polaris's table, as narrow as a phone, offers nothing for it. */
export function PhoneSelection({ count, total, actions, onToggleAll }: Props) {
  const { t } = useLocale();
  if (total === 0) return null;
  return (
    <Box padding="400" paddingBlock="200" borderBlockEndWidth="025" borderColor="border">
      <BlockStack gap="200">
        <Checkbox
          label={
            count === 0 ? (
              t("queue.selectAll")
            ) : (
              <Text as="span">{t("queue.selected", { count })}</Text>
            )
          }
          checked={count === total ? true : count > 0 ? "indeterminate" : false}
          onChange={onToggleAll}
        />
        {count > 0 && (
          <InlineStack gap="200">
            {actions.map(({ content, disabled, onAction }) => (
              <Button key={content} size="slim" disabled={disabled} onClick={onAction}>
                {content}
              </Button>
            ))}
          </InlineStack>
        )}
      </BlockStack>
    </Box>
  );
}

/** Chooses one order, and does not open it as the rest of its row does. */
export function RowCheckbox({
  label,
  checked,
  onChange,
}: {
  label: string;
  checked: boolean;
  onChange: (chosen: boolean) => void;
}): ReactNode {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only keeps the box's click to itself
    <span role="presentation" onClick={(event) => event.stopPropagation()}>
      <Checkbox label={label} labelHidden checked={checked} onChange={onChange} />
    </span>
  );
}
